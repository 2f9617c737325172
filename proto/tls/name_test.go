package tls

import "testing"

// element returns a DER element with a short length.
func element(tag byte, content string) string {
	return string([]byte{tag, byte(len(content))}) + content
}

// relative returns a relative distinguished name with attributes of these types and values.
func relative(attributes ...[2]string) string {
	var set string
	for _, a := range attributes {
		set += element(tagSequence, element(tagOID, a[0])+a[1])
	}
	return element(tagSet, set)
}

func TestAppendDN(t *testing.T) {
	const cn, unit, other = "\x55\x04\x03", "\x55\x04\x0b", "\x2a\x86\x48\x03"
	for _, test := range []struct {
		name, want string
		bad        bool
	}{
		{name: "", want: ""},
		{name: relative([2]string{cn, element(tagUTF8String, "a")}), want: "CN=a"},
		{name: relative([2]string{cn, element(tagUTF8String, "")}), want: "CN="},
		{name: relative([2]string{cn, element(tagPrintableString, "a, b=c")}) + relative([2]string{unit, element(tagIA5String, "u")}),
			want: "CN=a, b=c, OU=u"},
		{name: relative([2]string{cn, element(tagUTF8String, "a")}, [2]string{unit, element(tagUTF8String, "u")}), want: "CN=a + OU=u"},
		{name: relative([2]string{other, element(tagUTF8String, "x")}), want: "OID(1.2.840.3)=x"},
		{name: relative([2]string{"\x88\x37\x01", element(tagUTF8String, "x")}), want: "OID(2.999.1)=x"},
		{name: relative([2]string{cn, element(tagT61String, "caf\xe9")}), want: "CN=caf\xe9"},
		{name: relative([2]string{cn, element(tagBMPString, "\x00A\x00\xe9\xd8\x3d\xde\x00")}), want: "CN=Aé😀"},
		{name: relative([2]string{cn, element(tagBMPString, "\xd8\x00\x00A")}), want: "CN=D8000041"},
		{name: relative([2]string{cn, element(tagBMPString, "\x00A\x00")}), want: "CN=004100"},
		{name: relative([2]string{cn, element(tagBMPString, "\xd8\x00")}), want: "CN=D800"},
		{name: relative([2]string{cn, element(tagBitString, "\x00\x0f")}), want: "CN=000F"},
		{name: element(tagSet, element(tagSequence, element(tagOID, cn))), bad: true},
		{name: element(tagSequence, ""), bad: true},
		{name: "\x31\x05", bad: true},
	} {
		got, ok := appendDN(nil, der{b: []byte(test.name)})
		if ok == test.bad || ok && string(got) != test.want {
			t.Errorf("appendDN(%q) = %q, %v, want %q, %v", test.name, got, ok, test.want, !test.bad)
		}
	}
}

func TestDER(t *testing.T) {
	for _, test := range []struct {
		text, want string
		bad        bool
	}{
		{text: "\x04\x02ab", want: "ab"},
		{text: "\x04\x00", want: ""},
		{text: "\x04\x81\x02ab", want: "ab"},
		{text: "\x04\x82\x00\x02abc", want: "ab"},
		{text: "\x04\x03ab", bad: true},
		{text: "\x04\x80ab\x00\x00", bad: true},
		{text: "\x04\x84\x00\x00\x00\x01a", bad: true},
		{text: "\x1f\x81\x01\x00", bad: true},
		{text: "\x04", bad: true},
		{text: "", bad: true},
	} {
		d := der{b: []byte(test.text)}
		if _, got := d.next(); d.bad != test.bad || string(got) != test.want {
			t.Errorf("next of %q = %q, bad %v, want %q, %v", test.text, got, d.bad, test.want, test.bad)
		}
	}
}
