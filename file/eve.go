package file

import "github.com/reknit/reknit/event"

// AppendJSON writes the fileinfo object.
func (f *File) AppendJSON(o *event.Object) {
	o.Open("fileinfo")
	f.AppendMembers(o)
	o.Close()
}

// AppendMembers writes the members of the fileinfo object, which are also those of the items of an alert's files. There is
// no magic: it is a text of libmagic, which is not here.
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
	o.Bool("stored", f.stored)
	switch {
	case f.stored:
		o.Uint("file_id", uint64(f.ID))
	case f.Storing():
		o.Bool("storing", true)
	}
	o.Int("size", f.Size+f.Gap)
	if f.RangeEnd > 0 {
		o.Int("start", f.RangeStart)
		o.Int("end", f.RangeEnd)
	}
	o.Uint("tx_id", f.Tx)
	if f.extensions {
		f.appendExtensions(o)
	}
}

// appendExtensions writes what Suricata has no member for.
func (f *File) appendExtensions(o *event.Object) {
	if f.contentType == "" && !f.Gaps {
		return
	}
	o.Open("reknit")
	if f.contentType != "" {
		o.Str("content_type", f.contentType)
	}
	if f.Gaps {
		o.Int("lost", f.Gap)
		o.OpenArray("gaps")
		for _, r := range f.ranges {
			o.OpenItem()
			o.Int("offset", r.Offset)
			o.Int("length", r.Length)
			o.Close()
		}
		o.CloseArray()
		if f.unlisted > 0 {
			o.Int("gaps_unlisted", int64(f.unlisted))
		}
	}
	o.Close()
}
