#include "textflag.h"

// The data is in both halves of a register, so that its lower half looks at the buckets 0 to 7 and the upper at the others. For each
// of the four bytes of a window, PSHUFB looks up what buckets have its lower half, and its upper; what is left of all eight is the
// buckets that may have a pattern at each of sixteen places.

// LOOKUP leaves in sum the buckets that have the bytes from off on.
#define LOOKUP(off, low, high, sum) \
	VBROADCASTI128 off(SI)(BX*1), Y10 \
	VPAND          Y8, Y10, sum       \
	VPSRLW         $4, Y10, Y10       \
	VPAND          Y8, Y10, Y10       \
	VPSHUFB        sum, low, sum      \
	VPSHUFB        Y10, high, Y10     \
	VPAND          Y10, sum, sum

// func skipVectors(halves *[2 * window]halfBytes, data []byte) int
TEXT ·skipVectors(SB), NOSPLIT, $0-40
	MOVQ halves+0(FP), AX
	MOVQ data_base+8(FP), SI
	MOVQ data_len+16(FP), CX
	XORQ BX, BX
	SUBQ $19, CX // where the last block begins

	VMOVDQU      0(AX), Y0
	VMOVDQU      32(AX), Y1
	VMOVDQU      64(AX), Y2
	VMOVDQU      96(AX), Y3
	VMOVDQU      128(AX), Y4
	VMOVDQU      160(AX), Y5
	VMOVDQU      192(AX), Y6
	VMOVDQU      224(AX), Y7
	MOVL         $0x0f0f0f0f, DX
	VMOVD        DX, X8
	VPBROADCASTD X8, Y8
	VPXOR        Y9, Y9, Y9

sixteen:
	LOOKUP(0, Y0, Y1, Y11)
	LOOKUP(1, Y2, Y3, Y12)
	LOOKUP(2, Y4, Y5, Y13)
	LOOKUP(3, Y6, Y7, Y14)
	VPAND  Y12, Y11, Y11
	VPAND  Y14, Y13, Y13
	VPAND  Y13, Y11, Y11
	VPTEST Y11, Y11
	JNZ    found
	ADDQ   $16, BX
	CMPQ   BX, CX
	JLE    sixteen
	LEAQ   -16(BX), DX
	CMPQ   DX, CX
	JGE    done
	MOVQ   CX, BX // some of the last sixteen are left
	JMP    sixteen

found:
	VPCMPEQB  Y9, Y11, Y11 // the places without
	VPMOVMSKB Y11, DX
	NOTL      DX
	MOVL      DX, DI
	SHRL      $16, DI
	ORL       DI, DX
	BSFL      DX, DX
	ADDQ      DX, BX

done:
	VZEROUPPER
	MOVQ BX, ret+32(FP)
	RET
