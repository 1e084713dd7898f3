//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// The tables of validation, by the high and the low half of the byte before,
// and by the high half of the byte itself. Each bit is an error that the half
// does not rule out:
//
//	0x01 a lead byte with no continuation      0x02 a continuation with no lead byte
//	0x04 overlong in 3 bytes                   0x08 beyond U+10FFFF
//	0x10 half of a surrogate pair              0x20 overlong in 2 bytes
//	0x40 overlong in 4 bytes, or beyond        0x80 two continuations
DATA before1<>+0(SB)/8, $0x0202020202020202
DATA before1<>+8(SB)/8, $0x4915012180808080
DATA before1<>+16(SB)/8, $0x0202020202020202
DATA before1<>+24(SB)/8, $0x4915012180808080
GLOBL before1<>(SB), RODATA|NOPTR, $32

DATA before2<>+0(SB)/8, $0xcbcbcb8b8383a3e7
DATA before2<>+8(SB)/8, $0xcbcbdbcbcbcbcbcb
DATA before2<>+16(SB)/8, $0xcbcbcb8b8383a3e7
DATA before2<>+24(SB)/8, $0xcbcbdbcbcbcbcbcb
GLOBL before2<>(SB), RODATA|NOPTR, $32

DATA itself<>+0(SB)/8, $0x0101010101010101
DATA itself<>+8(SB)/8, $0x01010101babaaee6
DATA itself<>+16(SB)/8, $0x0101010101010101
DATA itself<>+24(SB)/8, $0x01010101babaaee6
GLOBL itself<>(SB), RODATA|NOPTR, $32

// What has a continuation two or three bytes behind it is at least so much
// more than 0x80.
DATA third<>+0(SB)/8, $0x6060606060606060
DATA third<>+8(SB)/8, $0x6060606060606060
DATA third<>+16(SB)/8, $0x6060606060606060
DATA third<>+24(SB)/8, $0x6060606060606060
GLOBL third<>(SB), RODATA|NOPTR, $32

DATA fourth<>+0(SB)/8, $0x7070707070707070
DATA fourth<>+8(SB)/8, $0x7070707070707070
DATA fourth<>+16(SB)/8, $0x7070707070707070
DATA fourth<>+24(SB)/8, $0x7070707070707070
GLOBL fourth<>(SB), RODATA|NOPTR, $32

DATA high<>+0(SB)/8, $0x8080808080808080
DATA high<>+8(SB)/8, $0x8080808080808080
DATA high<>+16(SB)/8, $0x8080808080808080
DATA high<>+24(SB)/8, $0x8080808080808080
GLOBL high<>(SB), RODATA|NOPTR, $32

// The last bytes before ASCII are at most these.
DATA whole<>+0(SB)/8, $0xffffffffffffffff
DATA whole<>+8(SB)/8, $0xffffffffffffffff
DATA whole<>+16(SB)/8, $0xffffffffffffffff
DATA whole<>+24(SB)/8, $0xbfdfefffffffffff
GLOBL whole<>(SB), RODATA|NOPTR, $32

DATA ones<>+0(SB)/8, $0xffffffffffffffff
DATA ones<>+8(SB)/8, $0xffffffffffffffff
GLOBL ones<>(SB), RODATA|NOPTR, $16

// All instructions on vectors are VEX-encoded, moves from and to general
// registers too: on many Intel processors a legacy SSE one amid them, with the
// upper halves in use, costs more than all the rest of the loop (Intel 64 and
// IA-32 Architectures Optimization Reference Manual, "Mixing AVX code with SSE
// code").

// FILL puts the byte in AX into all of Y, of which X is the lower half.
#define FILL(X, Y) \
	VMOVQ AX, X    \
	VPBROADCASTB X, Y

// MARK32 marks the 32 bytes in Y11: separators into AX, quotes into DX, line
// ends into R8.
#define MARK32 \
	VPMINUB   Y11, Y5, Y5   \ // for NUL
	VPCMPEQB  Y1, Y11, Y12  \
	VPMOVMSKB Y12, DX       \
	VPCMPEQB  Y2, Y11, Y12  \
	VPCMPEQB  Y3, Y11, Y13  \
	VPOR      Y12, Y13, Y12 \
	VPMOVMSKB Y12, R8       \
	VPCMPEQB  Y0, Y11, Y13  \
	VPOR      Y12, Y13, Y12 \
	VPMOVMSKB Y12, AX

// VALID32 adds to Y4 what is wrong with the 32 bytes in Y11 behind those in
// Y6, and puts the former into Y6. It is the method of Keiser and Lemire,
// "Validating UTF-8 in less than one instruction per byte".
#define VALID32 \
	VPERM2I128 $0x21, Y11, Y6, Y12 \
	VPALIGNR   $15, Y12, Y11, Y13  \ // one byte before
	VPSRLW     $4, Y13, Y14        \
	VPAND      Y10, Y14, Y14       \
	VPSHUFB    Y14, Y7, Y14        \
	VPAND      Y10, Y13, Y13       \
	VPSHUFB    Y13, Y8, Y13        \
	VPAND      Y13, Y14, Y14       \
	VPSRLW     $4, Y11, Y13        \
	VPAND      Y10, Y13, Y13       \
	VPSHUFB    Y13, Y9, Y13        \
	VPAND      Y13, Y14, Y14       \
	VPALIGNR   $14, Y12, Y11, Y13  \ // two bytes before
	VPSUBUSB   third<>(SB), Y13, Y13  \
	VPALIGNR   $13, Y12, Y11, Y15  \ // three bytes before
	VPSUBUSB   fourth<>(SB), Y15, Y15 \
	VPOR       Y15, Y13, Y13       \
	VPAND      high<>(SB), Y13, Y13 \
	VPXOR      Y13, Y14, Y13       \
	VPOR       Y13, Y4, Y4         \
	VMOVDQU    Y11, Y6

// func markAVX2(text *byte, n int, out *marks, before *byte, m *marking) (odd bool)
TEXT ·markAVX2(SB), NOSPLIT, $0-41
	MOVQ m+32(FP), R8
	MOVBLZX marking_delim(R8), AX
	FILL(X0, Y0)
	MOVBLZX marking_quote(R8), AX
	FILL(X1, Y1)
	MOVQ $0x0a, AX
	FILL(X2, Y2)
	MOVQ $0x0d, AX
	FILL(X3, Y3)
	MOVQ $0x0f, AX
	FILL(X10, Y10)
	VPXOR    Y4, Y4, Y4
	VPCMPEQB Y5, Y5, Y5
	VMOVDQU  before1<>(SB), Y7
	VMOVDQU  before2<>(SB), Y8
	VMOVDQU  itself<>(SB), Y9
	MOVQ     text+0(FP), SI
	MOVQ     n+8(FP), CX
	MOVQ     out+16(FP), DI
	MOVQ     before+24(FP), AX
	VMOVDQU  (AX), Y6
	MOVQ     marking_inside(R8), R12
	MOVL     (marking_sum+counts_quotes)(R8), BX
	MOVL     (marking_sum+counts_breaks)(R8), R13

next:
	VMOVDQU   32(SI), Y11
	MARK32
	MOVQ      AX, R9
	MOVQ      DX, R10
	MOVQ      R8, R11
	SHLQ      $32, R9
	SHLQ      $32, R10
	SHLQ      $32, R11
	VPOR      (SI), Y11, Y14
	VMOVDQU   (SI), Y11
	MARK32
	ORQ       AX, R9
	ORQ       DX, R10
	ORQ       R8, R11

	// By multiplying without carries with ones only, each bit becomes the
	// parity of itself and those below it.
	MOVQ       m+32(FP), R8
	ANDQ       marking_quoting(R8), R10
	VMOVQ      R10, X12
	VPCLMULQDQ $0, ones<>(SB), X12, X12
	VMOVQ      X12, AX
	XORQ       R12, AX
	MOVQ       AX, R12
	SARQ       $63, R12
	MOVQ       AX, DX
	NOTQ       DX
	ANDQ       DX, R9
	ANDQ       R11, DX
	ANDQ       AX, R11
	MOVQ       R9, marks_seps(DI)
	MOVQ       R10, marks_quotes(DI)
	MOVQ       R11, marks_breaks(DI)
	MOVQ       DX, marks_ends(DI)
	MOVL       BX, (marks_sum+counts_quotes)(DI)
	MOVL       R13, (marks_sum+counts_breaks)(DI)
	POPCNTQ    R10, R10
	ADDL       R10, BX
	POPCNTQ    R11, R11
	ADDL       R11, R13

	VPMOVMSKB Y14, AX
	TESTL     AX, AX
	JNZ       beyond

	VPSUBUSB whole<>(SB), Y6, Y12
	VPOR     Y12, Y4, Y4
	VMOVDQU  32(SI), Y6
	JMP      done

beyond:
	VALID32
	VMOVDQU 32(SI), Y11
	VALID32

done:
	ADDQ $64, SI
	ADDQ $marks__size, DI
	DECQ CX
	JNZ  next

	MOVQ      m+32(FP), R8
	MOVQ      R12, marking_inside(R8)
	MOVL      BX, (marking_sum+counts_quotes)(R8)
	MOVL      R13, (marking_sum+counts_breaks)(R8)
	VPXOR     Y12, Y12, Y12
	VPCMPEQB  Y12, Y5, Y5
	VPOR      Y5, Y4, Y4
	VPTEST    Y4, Y4
	SETNE     odd+40(FP)
	VZEROUPPER
	RET
