package sasl

import "testing"

func TestCredentials(t *testing.T) {
	tests := []struct {
		mechanism      string
		step           uint8
		message        string
		user, password string
	}{
		{"PLAIN", 0, "\x00ann\x00secret", "ann", "secret"},
		{"PLAIN", 0, "root\x00ann\x00secret", "ann", "secret"},
		{"PLAIN", 0, "ann", "", ""},
		{"PLAIN", 0, "", "", ""},
		{"LOGIN", 0, "ann", "ann", ""},
		{"LOGIN", 1, "secret", "", "secret"},
		{"LOGIN", 2, "more", "", ""},
		{"CRAM-MD5", 0, "ann smith b913a602c7eda7a495b4e6e7334d3890", "ann smith", ""},
		{"CRAM-MD5", 0, "nothing", "", ""},
		{"XOAUTH2", 0, "user=ann@example.org\x01auth=Bearer token\x01\x01", "ann@example.org", ""},
		{"OAUTHBEARER", 0, "n,a=ann@example.org,\x01auth=Bearer token\x01\x01", "ann@example.org", ""},
		{"SCRAM-SHA-256", 0, "n,,n=ann,r=rOprNGfwEbeRWgbNEkqO", "ann", ""},
		{"SCRAM-SHA-256", 1, "c=biws,r=abc,p=def", "", ""},
		{"GSSAPI", 0, "n=ann", "", ""},
	}
	for _, tt := range tests {
		user, password := Credentials(tt.mechanism, tt.step, []byte(tt.message))
		if string(user) != tt.user || string(password) != tt.password {
			t.Errorf("Credentials(%s, %d, %q) = %q, %q, want %q, %q",
				tt.mechanism, tt.step, tt.message, user, password, tt.user, tt.password)
		}
	}
}

func TestDecode(t *testing.T) {
	tests := []struct {
		text, want string
		ok         bool
	}{
		{"YW5u", "ann", true},
		{"YW4=", "an", true},
		{"YW4", "an", true},
		{" YW5u ", "ann", true},
		{"=", "", true},
		{"a b", "", false},
		{"MAIL FROM:<a@b>", "", false},
	}
	for _, tt := range tests {
		got, ok := Decode([]byte(tt.text))
		if ok != tt.ok || ok && string(got) != tt.want {
			t.Errorf("Decode(%q) = %q, %v, want %q, %v", tt.text, got, ok, tt.want, tt.ok)
		}
	}
}
