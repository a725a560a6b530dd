//go:build linux

#include "textflag.h"

// func Call(trap, a1, a2, a3, a4, a5, a6 uintptr) (n int, errno syscall.Errno)
TEXT ·Call(SB), NOSPLIT, $0-72
	MOVD trap+0(FP), R8
	MOVD a1+8(FP), R0
	MOVD a2+16(FP), R1
	MOVD a3+24(FP), R2
	MOVD a4+32(FP), R3
	MOVD a5+40(FP), R4
	MOVD a6+48(FP), R5
	SVC
	CMN  $4095, R0 // the kernel returns -errno, see syscall(2)
	BCC  well
	NEG  R0, R0
	MOVD R0, errno+64(FP)
	MOVD $-1, R4
	MOVD R4, n+56(FP)
	RET
well:
	MOVD R0, n+56(FP)
	MOVD ZR, errno+64(FP)
	RET
