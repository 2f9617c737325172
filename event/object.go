package event

// Object writes JSON by appending, with keys in the order of the calls.
type Object struct{ buf []byte }

func (o *Object) Str(key, v string)               { panic("BUG: not built") } // text known to be UTF-8
func (o *Object) Bytes(key string, v []byte)      { panic("BUG: not built") } // text from the wire, EVE's escaping of bad UTF-8
func (o *Object) Int(key string, v int64)         { panic("BUG: not built") }
func (o *Object) Uint(key string, v uint64)       { panic("BUG: not built") }
func (o *Object) Bool(key string, v bool)         { panic("BUG: not built") }
func (o *Object) Hex(key string, v []byte)        { panic("BUG: not built") } // lower case
func (o *Object) Base64(key string, v []byte)     { panic("BUG: not built") } // nothing when v is empty
func (o *Object) Time(key string, unixNano int64) { panic("BUG: not built") } // EVE's form
func (o *Object) Open(key string)                 { panic("BUG: not built") } // "key":{
func (o *Object) Close()                          { panic("BUG: not built") } // }
func (o *Object) OpenArray(key string)            { panic("BUG: not built") } // "key":[
func (o *Object) CloseArray()                     { panic("BUG: not built") } // ]

// Inside an array: values without a key.
func (o *Object) Item(v []byte)    { panic("BUG: not built") } // text from the wire
func (o *Object) ItemStr(v string) { panic("BUG: not built") }
func (o *Object) ItemInt(v int64)  { panic("BUG: not built") }
func (o *Object) OpenItem()        { panic("BUG: not built") } // {
