package payload

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"
)

func TestAppendBase64(t *testing.T) {
	long := strings.Repeat("QUJDREVG", 20)
	for _, text := range []string{
		"", "Q", "QQ", "QUI", "QUJD", "QUJDR", "QUJDRE", "QUJDREV", "!", "QUJD!REVG", "QUJDRE==", "QUJD\r\nREVG", "/+/+",
		long, long + "R", long + "RE", long + "REU", long + "REU=", long[:50] + "-" + long, long[:33] + "\x80",
	} {
		end := strings.IndexFunc(text, func(c rune) bool {
			return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", c)
		})
		if end < 0 {
			end = len(text)
		}
		if end%4 == 1 {
			end--
		}
		want, err := base64.RawStdEncoding.DecodeString(text[:end])
		if err != nil {
			t.Fatal(err)
		}
		if got := AppendBase64([]byte("x"), []byte(text)); !bytes.Equal(got, append([]byte("x"), want...)) {
			t.Errorf("AppendBase64(%q) = %q, want x%q", text, got, want)
		}
	}
}
