/* The workloads on bare epoll(7): the least that the work can cost. */
#include "../child.h"

int main(int argc, char **argv)
{
	static const struct workload list[] = {{"cascade", cascade}, {"echo", echo}, {"wake", wake}, {0}};
	(void)argc;
	return child_main(argv + 1, list);
}
