package mime

import "github.com/reknit/reknit/stream"

// Kind tells what the body of a part is.
type Kind uint8

const (
	Leaf      Kind = iota // content: text, an image, an attachment
	Multipart             // parts between boundaries
	Nested                // a message: message/rfc822 and its relatives
)

// Encoding is the Content-Transfer-Encoding of a part. All that is not base64 or quoted-printable is identity.
type Encoding uint8

const (
	Identity Encoding = iota
	Base64
	QuotedPrintable
)

// Part is one entity of a message. Its fields are complete when Handler.Begin is called; Size and Lost grow after that.
type Part struct {
	Parent *Part // nil: the message itself
	Index  int   // in order of appearance; 0 is the message itself
	Depth  int   // number of parents

	Kind        Kind
	Type        string // media type in lower case; what applies by default when no Content-Type was given
	Typed       bool   // there was a usable Content-Type
	Encoding    Encoding
	Disposition string // "attachment", "inline", … in lower case; empty when there is none

	// Name is the file name as sent, with the sections of RFC 2231 joined but nothing decoded, and cut at 255 bytes;
	// empty when there is none. It comes from Content-Disposition, else from Content-Type.
	Name []byte

	Size int64 // decoded bytes passed on so far, those beyond Config.MaxBody included
	Lost int64 // bytes lost in gaps so far, as they were on the wire
	Cut  bool  // Config.MaxBody was reached: the rest of the body is counted only

	// BodyMD5 is the MD5 of the raw lines behind the header, line ends included. It is set before Handler.End of the
	// message itself when Config.BodyMD5 asks for it.
	BodyMD5 []byte

	contentType []byte // values of the header fields, unfolded
	disposition []byte
	typeName    []byte // file names, as in Name
	dispName    []byte
	fields      fieldSet
	declared    []byte // boundary parameter
	boundary    []byte // of an open multipart
	seen        uint32 // anomalies that were raised for this part
	headers     int

	decoder Encoding      // how the body is decoded: Encoding, or Identity
	pending stream.Ending // of the last body line: part of the body unless a boundary follows
	base64  base64Decoder
	quoted  quotedDecoder
}

// fieldSet tells which fields of a part were seen.
type fieldSet uint8

const (
	hasType fieldSet = 1 << iota
	hasDisposition
	hasTransferEncoding
)

// reset makes p a new part.
func (p *Part) reset() {
	*p = Part{
		contentType: small(p.contentType),
		disposition: small(p.disposition),
		typeName:    small(p.typeName),
		dispName:    small(p.dispName),
		quoted:      quotedDecoder{tail: small(p.quoted.tail)},
	}
}

// FileName returns the file name as a mail program shows it: RFC 2231 and RFC 2047 decoded. It is empty when the part
// has none.
func (p *Part) FileName() string {
	if name, ok := decodedParam(p.disposition, "filename"); ok && name != "" {
		return name
	}
	name, _ := decodedParam(p.contentType, "name")
	return name
}

// Param returns the decoded parameter of the Content-Type. Of a part with parts inside it, only the first kilobyte of the
// field is kept after Handler.Begin.
func (p *Part) Param(name string) (value string, ok bool) {
	return decodedParam(p.contentType, name)
}

// Charset returns the charset parameter as given, and "us-ascii" for text without one.
func (p *Part) Charset() string {
	if c, ok := decodedParam(p.contentType, "charset"); ok {
		return c
	}
	if len(p.Type) >= 5 && p.Type[:5] == "text/" {
		return "us-ascii"
	}
	return ""
}
