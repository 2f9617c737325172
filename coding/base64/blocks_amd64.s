#include "textflag.h"

// Of a character, its upper half says to which rows of the ASCII table it belongs, and its lower where in the row it is. PSHUFB looks
// up both halves of 32 characters at a time.
//
// The alphabet has five kinds of rows: 2 ("+" and "/"), 3 (digits), 4 and 6 (letters from the second place on), 5 and 7 (letters up to the
// eleventh place), and all others, which have none of it. Each kind is a bit. ofRow has that of a row, ofPlace those of the kinds that have
// no character at a place: a character is foreign when both have a bit in common.

// BOTH lays a table of sixteen bytes into both halves of a register.
#define BOTH(name, low, high) \
	DATA name<>+0(SB)/8, $low;   \
	DATA name<>+8(SB)/8, $high;  \
	DATA name<>+16(SB)/8, $low;  \
	DATA name<>+24(SB)/8, $high; \
	GLOBL name<>(SB), RODATA|NOPTR, $32

// row: 2 3 4 5 6 7 are the kinds 01 02 04 08 04 08.
BOTH(ofRow, 0x0804080402011010, 0x1010101010101010)

// place: 0 is in no row 2, 4, 6; 1 to 9 in no row 2; ":" (a) in no row 2 and 3; b and f in no row 3, 5 and 7; c, d, e neither in row 2.
BOTH(ofPlace, 0x1111111111111115, 0x1a1b1b1b1a131111)

// What is added to a character to get its six bits, by its row: 13 in row 2 for "+", 04, bf, bf, b9, b9. Row 1 is that of "/": 10.
BOTH(added, 0xb9b9bfbf04131000, 0x0000000000000000)

// The bytes of four quanta, each in a little-endian word of 32 bits, in their order.
BOTH(order, 0x090a040506000102, 0xffffffff0c0d0e08)

// Three words of the lower half and three of the upper, side by side.
DATA joined<>+0(SB)/8, $0x0000000100000000
DATA joined<>+8(SB)/8, $0x0000000400000002
DATA joined<>+16(SB)/8, $0x0000000600000005
DATA joined<>+24(SB)/8, $0x0000000700000003
GLOBL joined<>(SB), RODATA|NOPTR, $32

// func blocks(dst, src []byte, longest int) (in, out, linesIn, linesOut int)
TEXT ·blocks(SB), NOSPLIT, $0-88
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), R9
	MOVQ src_base+24(FP), SI
	MOVQ src_len+32(FP), R8
	MOVQ longest+48(FP), R10
	LEAQ -32(SI)(R8*1), R8 // where the last block of src begins
	LEAQ -32(DI)(R9*1), R9 // and that of dst
	MOVQ R10, BX           // characters of the line before, or as if there were one
	MOVQ R10, CX           // its bytes
	SHRQ $2, CX
	LEAQ (CX)(CX*2), CX

	VMOVDQU      ofRow<>(SB), Y0
	VMOVDQU      ofPlace<>(SB), Y1
	VMOVDQU      added<>(SB), Y2
	VMOVDQU      order<>(SB), Y3
	VMOVDQU      joined<>(SB), Y4
	MOVL         $0x0f0f0f0f, DX
	VMOVD        DX, X5
	VPBROADCASTD X5, Y5
	MOVL         $0x2f2f2f2f, DX // "/"
	VMOVD        DX, X6
	VPBROADCASTD X6, Y6
	MOVL         $0x01400140, DX // 64 and 1: two characters are 12 bits
	VMOVD        DX, X7
	VPBROADCASTD X7, Y7
	MOVL         $0x00011000, DX // 4096 and 1: two of these are 24
	VMOVD        DX, X8
	VPBROADCASTD X8, Y8
	VPXOR        Y9, Y9, Y9

line:
	MOVQ SI, R11
	MOVQ DI, R12

more:
	CMPQ SI, R8
	JGT  done
	CMPQ DI, R9
	JGT  done

	VMOVDQU  (SI), Y10
	VPSRLW   $4, Y10, Y11
	VPAND    Y5, Y11, Y11  // rows
	VPAND    Y5, Y10, Y12  // places
	VPCMPEQB Y6, Y10, Y13
	VPADDB   Y13, Y11, Y13 // rows, but 1 for "/"
	VPSHUFB  Y11, Y0, Y11
	VPSHUFB  Y12, Y1, Y12
	VPSHUFB  Y13, Y2, Y13
	VPAND    Y12, Y11, Y11
	VPADDB   Y13, Y10, Y10 // six bits each

	VPMADDUBSW Y7, Y10, Y10
	VPMADDWD   Y8, Y10, Y10
	VPSHUFB    Y3, Y10, Y10
	VPERMD     Y10, Y4, Y10
	VMOVDQU    Y10, (DI)

	VPTEST Y11, Y11
	JNZ    strange
	ADDQ   $32, SI
	ADDQ   $24, DI
	JMP    more

strange:
	VPCMPEQB  Y9, Y11, Y11
	VPMOVMSKB Y11, DX
	NOTL      DX
	BSFL      DX, DX
	SHRL      $2, DX         // quanta before it
	LEAQ      (SI)(DX*4), AX // where they end: a quantum of the block would begin there, so four bytes are there
	LEAQ      (DX)(DX*2), DX

	// Mostly a line is as long as the one before. Then the next begins where that says, which is known before all this was
	// computed: the processor goes on there.
	LEAQ (R11)(BX*1), R13
	CMPQ AX, R13
	JNE  another
	MOVQ R13, SI
	LEAQ (R12)(CX*1), DI
	CMPW (SI), $0x0a0d
	JNE  done
	ADDQ $2, SI
	JMP  line

another:
	MOVQ AX, SI
	ADDQ DX, DI
	CMPW (SI), $0x0a0d
	JNE  done
	SUBQ R11, AX
	CMPQ AX, R10
	JGT  done
	MOVQ AX, BX
	MOVQ DI, CX
	SUBQ R12, CX
	ADDQ $2, SI
	JMP  line

done:
	VZEROUPPER
	MOVQ dst_base+0(FP), DX
	SUBQ DX, DI
	SUBQ DX, R12
	MOVQ src_base+24(FP), DX
	SUBQ DX, SI
	SUBQ DX, R11
	MOVQ SI, in+56(FP)
	MOVQ DI, out+64(FP)
	MOVQ R11, linesIn+72(FP)
	MOVQ R12, linesOut+80(FP)
	RET
