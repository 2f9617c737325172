package event

import (
	"encoding/base64"
	"encoding/hex"
	"math"
	"strconv"
)

// Object writes JSON by appending, with keys in the order of the calls. It does not check that Open and Close are
// paired or that a key occurs once; whatever the values hold, the text is valid JSON.
//
// The zero value writes members without the braces around them; Start writes a whole object.
type Object struct {
	buf     []byte
	options *Options
	record  *Record // being written; nil outside Record.AppendJSON
}

// Start begins an object at the end of dst. options may be nil.
func (o *Object) Start(dst []byte, options *Options) {
	if options == nil {
		options = &defaultOptions
	}
	*o = Object{buf: append(dst, '{'), options: options}
}

// End closes the object that Start began and returns dst with the object behind it.
func (o *Object) End() []byte {
	o.Close()
	return o.buf
}

// comma separates what comes next from what is there.
func (o *Object) comma() {
	if n := len(o.buf); n > 0 {
		switch o.buf[n-1] {
		case '{', '[': // the first member: a text that ends so is followed by its quotation mark
		default:
			o.buf = append(o.buf, ',')
		}
	}
}

// key begins a member.
func (o *Object) key(key string) {
	o.comma()
	o.buf = append(appendText(o.buf, key), ':')
}

// Int writes a signed number.
func (o *Object) Int(key string, v int64) {
	o.key(key)
	o.buf = strconv.AppendInt(o.buf, v, 10)
}

// Uint writes an unsigned number.
func (o *Object) Uint(key string, v uint64) {
	o.key(key)
	o.buf = strconv.AppendUint(o.buf, v, 10)
}

// Float writes a number with the digits that it takes to read the same value back, or null when JSON cannot hold it.
func (o *Object) Float(key string, v float64) {
	o.key(key)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		o.buf = append(o.buf, "null"...)
		return
	}
	format := byte('f')
	if a := math.Abs(v); a != 0 && (a < 1e-6 || a >= 1e21) {
		format = 'e'
	}
	o.buf = strconv.AppendFloat(o.buf, v, format, -1, 64)
}

// Bool writes true or false.
func (o *Object) Bool(key string, v bool) {
	o.key(key)
	o.buf = strconv.AppendBool(o.buf, v)
}

// True writes the member only when v is true, as most flags of EVE are.
func (o *Object) True(key string, v bool) {
	if v {
		o.Bool(key, true)
	}
}

// Hex writes v as lower-case hex digits without separators.
func (o *Object) Hex(key string, v []byte) {
	o.key(key)
	o.buf = append(o.buf, '"')
	o.buf = hex.AppendEncode(o.buf, v)
	o.buf = append(o.buf, '"')
}

// Base64 writes v in the standard alphabet with padding, and nothing at all when v is empty.
func (o *Object) Base64(key string, v []byte) {
	if len(v) == 0 {
		return
	}
	o.key(key)
	o.buf = append(o.buf, '"')
	o.buf = base64.StdEncoding.AppendEncode(o.buf, v)
	o.buf = append(o.buf, '"')
}

// Raw writes v, which must be one JSON value.
func (o *Object) Raw(key string, v []byte) {
	o.key(key)
	o.buf = append(o.buf, v...)
}

// Open begins an object as a member: "key":{
func (o *Object) Open(key string) {
	o.key(key)
	o.buf = append(o.buf, '{')
}

// Close ends the object that Open or OpenItem began.
func (o *Object) Close() { o.buf = append(o.buf, '}') }

// OpenArray begins an array as a member: "key":[
func (o *Object) OpenArray(key string) {
	o.key(key)
	o.buf = append(o.buf, '[')
}

// CloseArray ends the array that OpenArray or OpenItemArray began.
func (o *Object) CloseArray() { o.buf = append(o.buf, ']') }

// OpenItem begins an object in an array.
func (o *Object) OpenItem() {
	o.comma()
	o.buf = append(o.buf, '{')
}

// OpenItemArray begins an array in an array.
func (o *Object) OpenItemArray() {
	o.comma()
	o.buf = append(o.buf, '[')
}

// ItemInt writes a signed number in an array.
func (o *Object) ItemInt(v int64) {
	o.comma()
	o.buf = strconv.AppendInt(o.buf, v, 10)
}

// ItemUint writes an unsigned number in an array.
func (o *Object) ItemUint(v uint64) {
	o.comma()
	o.buf = strconv.AppendUint(o.buf, v, 10)
}
