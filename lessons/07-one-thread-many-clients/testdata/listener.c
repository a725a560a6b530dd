/* Which sockets does evconnlistener make non-blocking? See ../listener_test.go. */
#include <arpa/inet.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *mode(int fd) {
    return fcntl(fd, F_GETFL) & O_NONBLOCK ? "non-blocking" : "blocking";
}

static void accepted(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *from, int len, void *base) {
    printf("new_bind: listener %s, client %s\n", mode(evconnlistener_get_fd(l)), mode(fd));
    close(fd);
    event_base_loopbreak(base);
}

int main(void) {
    struct event_base *base = event_base_new();
    struct sockaddr_in any;
    socklen_t len = sizeof any;
    memset(&any, 0, sizeof any);
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    struct evconnlistener *l = evconnlistener_new_bind(base, accepted, base, LEV_OPT_CLOSE_ON_FREE, 10,
                                                       (struct sockaddr *)&any, sizeof any);
    if (!l) return 1;
    getsockname(evconnlistener_get_fd(l), (struct sockaddr *)&any, &len);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(client, (struct sockaddr *)&any, sizeof any)) return 2;
    event_base_dispatch(base);
    close(client);
    evconnlistener_free(l);

    int own = socket(AF_INET, SOCK_STREAM, 0);
    any.sin_port = 0;
    if (bind(own, (struct sockaddr *)&any, sizeof any)) return 3;
    l = evconnlistener_new(base, accepted, base, LEV_OPT_CLOSE_ON_FREE, 10, own);
    if (!l) return 4;
    printf("new on an fd of one's own: listener %s\n", mode(own));
    evconnlistener_free(l);
    event_base_free(base);
    return 0;
}
