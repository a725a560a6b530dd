package sys

import "golang.org/x/sys/unix"

// SetMaxPacingRate sets how many bytes a second a socket may send at most:
// SO_MAX_PACING_RATE, socket(7). TCP spreads its segments accordingly. Linux
// only, ENOSYS elsewhere.
func SetMaxPacingRate(fd, bytesPerSecond int) error {
	return Setsockopt(fd, unix.SOL_SOCKET, unix.SO_MAX_PACING_RATE, bytesPerSecond)
}
