package file

import "github.com/reknit/reknit/event"

// AppendJSON writes the fileinfo object.
func (f *File) AppendJSON(o *event.Object) {
	o.Open("fileinfo")
	f.AppendMembers(o)
	o.Close()
}

// AppendMembers writes the members of the fileinfo object, which are also those of the items of an alert's files.
func (f *File) AppendMembers(o *event.Object) {
	o.Bytes("filename", f.Name)
	o.Bool("gaps", f.Gaps)
	o.Str("state", f.state.String())
	if f.state == Closed {
		if f.md5 != nil {
			o.Hex("md5", f.MD5())
		}
		if f.sha1 != nil {
			o.Hex("sha1", f.SHA1())
		}
	}
	if f.sha256 != nil {
		o.Hex("sha256", f.SHA256())
	}
	o.Bool("stored", false)
	o.Int("size", f.Size)
	o.Uint("tx_id", f.Tx)
}
