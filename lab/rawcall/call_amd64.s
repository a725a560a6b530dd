//go:build linux

#include "textflag.h"

// func Call(trap, a1, a2, a3, a4, a5, a6 uintptr) (n int, errno syscall.Errno)
TEXT ·Call(SB), NOSPLIT, $0-72
	MOVQ trap+0(FP), AX
	MOVQ a1+8(FP), DI
	MOVQ a2+16(FP), SI
	MOVQ a3+24(FP), DX
	MOVQ a4+32(FP), R10
	MOVQ a5+40(FP), R8
	MOVQ a6+48(FP), R9
	SYSCALL
	CMPQ AX, $-4096 // the kernel returns -errno, see syscall(2)
	JHI  failed
	MOVQ AX, n+56(FP)
	MOVQ $0, errno+64(FP)
	RET
failed:
	NEGQ AX
	MOVQ AX, errno+64(FP)
	MOVQ $-1, n+56(FP)
	RET
