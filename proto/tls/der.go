package tls

// DER (X.690) as far as certificates need it, and more lenient than crypto/x509: what can be read is read.

// Tags of ASN.1.
const (
	tagInteger         = 0x02
	tagBitString       = 0x03
	tagOctetString     = 0x04
	tagOID             = 0x06
	tagUTF8String      = 0x0c
	tagNumericString   = 0x12
	tagPrintableString = 0x13
	tagT61String       = 0x14
	tagVideotexString  = 0x15
	tagIA5String       = 0x16
	tagUTCTime         = 0x17
	tagGeneralizedTime = 0x18
	tagGraphicString   = 0x19
	tagVisibleString   = 0x1a
	tagGeneralString   = 0x1b
	tagObjectDescr     = 0x07
	tagBMPString       = 0x1e
	tagSequence        = 0x30
	tagSet             = 0x31
	tagContext         = 0xa0 // [0], constructed; [n] is tagContext+n
	tagImplicit        = 0x80 // [0], primitive
)

// der reads elements one after the other. An error is sticky.
type der struct {
	b   []byte
	bad bool
}

// next reads an element and returns its tag and what is in it.
func (d *der) next() (tag byte, content []byte) {
	if d.bad || len(d.b) < 2 {
		d.bad = true
		return 0, nil
	}
	tag, n, at := d.b[0], int(d.b[1]), 2
	if n >= 0x80 {
		size := n & 0x7f
		if size == 0 || size > 3 || len(d.b) < at+size { // indefinite, or longer than any certificate
			d.bad = true
			return 0, nil
		}
		n = 0
		for _, c := range d.b[at : at+size] {
			n = n<<8 | int(c)
		}
		at += size
	}
	if tag&0x1f == 0x1f || n > len(d.b)-at {
		d.bad = true
		return 0, nil
	}
	content = d.b[at : at+n]
	d.b = d.b[at+n:]
	return tag, content
}

// want reads an element that must have this tag.
func (d *der) want(tag byte) []byte {
	t, content := d.next()
	if t != tag {
		d.bad = true
		return nil
	}
	return content
}

// within reads an element with this tag, for its elements to be read.
func (d *der) within(tag byte) der {
	content := d.want(tag)
	return der{b: content, bad: d.bad}
}

// is reports whether the next element has this tag.
func (d *der) is(tag byte) bool { return !d.bad && len(d.b) > 0 && d.b[0] == tag }

// empty reports whether nothing is left, or an error came up.
func (d *der) empty() bool { return d.bad || len(d.b) == 0 }
