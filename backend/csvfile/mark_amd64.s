//go:build !purego

#include "textflag.h"

// MARK16 looks at 16 bytes of the text: the marks of separators into AX, of
// quotes into DX and of line ends into R8.
#define MARK16(off) \
	MOVOU    off(SI), X6 \
	POR      X6, X4      \ // for the highest bits
	PMINUB   X6, X5      \ // for NUL
	MOVO     X6, X7      \
	PCMPEQB  X1, X7      \
	PMOVMSKB X7, DX      \
	MOVO     X6, X7      \
	PCMPEQB  X2, X7      \
	MOVO     X6, X8      \
	PCMPEQB  X3, X8      \
	POR      X8, X7      \
	PMOVMSKB X7, R8      \
	PCMPEQB  X0, X6      \
	POR      X7, X6      \
	PMOVMSKB X6, AX

// func markText(text *byte, n int, delims, quotes uint64, out *marks) (odd uint32)
TEXT ·markText(SB), NOSPLIT, $0-44
	MOVQ text+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ delims+16(FP), X0
	PUNPCKLQDQ X0, X0
	MOVQ quotes+24(FP), X1
	PUNPCKLQDQ X1, X1
	MOVQ out+32(FP), DI
	MOVQ $0x0a0a0a0a0a0a0a0a, AX
	MOVQ AX, X2
	PUNPCKLQDQ X2, X2
	MOVQ $0x0d0d0d0d0d0d0d0d, AX
	MOVQ AX, X3
	PUNPCKLQDQ X3, X3
	PXOR X4, X4
	PCMPEQB X5, X5

next:
	MARK16(0)
	MOVQ AX, R9
	MOVQ DX, R10
	MOVQ R8, R11
	MARK16(16)
	SHLQ $16, AX
	SHLQ $16, DX
	SHLQ $16, R8
	ORQ  AX, R9
	ORQ  DX, R10
	ORQ  R8, R11
	MARK16(32)
	SHLQ $32, AX
	SHLQ $32, DX
	SHLQ $32, R8
	ORQ  AX, R9
	ORQ  DX, R10
	ORQ  R8, R11
	MARK16(48)
	SHLQ $48, AX
	SHLQ $48, DX
	SHLQ $48, R8
	ORQ  AX, R9
	ORQ  DX, R10
	ORQ  R8, R11
	MOVQ R9, 0(DI)
	MOVQ R10, 8(DI)
	MOVQ R11, 16(DI)
	ADDQ $64, SI
	ADDQ $24, DI
	DECQ CX
	JNZ  next

	PMOVMSKB X4, AX
	PXOR     X6, X6
	PCMPEQB  X6, X5
	PMOVMSKB X5, DX
	ORL      DX, AX
	MOVL     AX, odd+40(FP)
	RET
