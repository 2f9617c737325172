package rule

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"testing"
)

func TestDomain(t *testing.T) {
	for _, test := range []struct{ name, transform, want string }{
		{"www.bbc.co.uk", "domain", "bbc.co.uk"}, {"www.bbc.co.uk", "tld", "co.uk"},
		{"A.B.Example.COM", "domain", "Example.COM"}, {"A.B.Example.COM", "tld", "COM"},
		{"com", "domain", "com"}, {"", "tld", ""}, {"", "domain", ""}, {"..", "domain", ".."},
	} {
		x := Transform{Name: test.transform}
		if got := x.Append(nil, []byte(test.name), nil); string(got) != test.want {
			t.Errorf("%s of %q is %q, want %q", test.transform, test.name, got, test.want)
		}
	}
}

func TestInflate(t *testing.T) {
	var zipped, z bytes.Buffer
	g, d := gzip.NewWriter(&zipped), zlib.NewWriter(&z)
	g.Write([]byte("some text"))
	d.Write([]byte("some text"))
	g.Close()
	d.Close()
	for _, test := range []struct {
		name string
		most int
		src  []byte
		want string
	}{
		{"gunzip", 100, zipped.Bytes(), "some text"}, {"gunzip", 4, zipped.Bytes(), "some"}, {"gunzip", 100, []byte("no gzip"), ""},
		{"gunzip", 100, zipped.Bytes()[:zipped.Len()-4], "some text"},
		{"zlib_deflate", 100, z.Bytes(), "some text"}, {"zlib_deflate", 100, zipped.Bytes(), ""},
	} {
		x := Transform{Name: test.name, Bytes: test.most}
		if got := x.Append([]byte("<"), test.src, nil); string(got) != "<"+test.want {
			t.Errorf("%s, at most %d, of %x is %q, want %q", test.name, test.most, test.src, got, test.want)
		}
	}
}
