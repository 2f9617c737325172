package rule

import "testing"

func TestRPC(t *testing.T) {
	call := func(program, version, procedure byte) []byte {
		return []byte{1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, program, 0, 0, 0, version, 0, 0, 0, procedure, 0}
	}
	reply := call(100, 2, 3)
	reply[7] = 1
	for _, test := range []struct {
		value  string
		b      []byte
		stream bool
		want   bool
	}{
		{"100,2,3", call(100, 2, 3), false, true},
		{"100,*,*", call(100, 9, 9), false, true},
		{"100", call(100, 9, 9), false, true},
		{"100,2", call(100, 2, 9), false, true},
		{"100,*,3", call(100, 2, 4), false, false},
		{"100,1,3", call(100, 2, 3), false, false},
		{"101,*,*", call(100, 2, 3), false, false},
		{"100,2,3", reply, false, false},
		{"100,2,3", call(100, 2, 3)[:23], false, false},
		{"100,2,3", call(100, 2, 3), true, false},
		{"100,2,3", append([]byte{0x80, 0, 0, 25}, call(100, 2, 3)...), true, true},
		{"100,2,3", nil, true, false},
	} {
		r, problems := loaded(`alert udp any any -> any any (rpc:` + test.value + `; sid:1;)`)
		if r == nil {
			t.Errorf("rpc %s: %v", test.value, problems)
			continue
		}
		if got := r.Tests[0].(*RPC).Match(test.b, test.stream); got != test.want {
			t.Errorf("%s of %x: %v, want %v", r.Tests[0], test.b, got, test.want)
		}
	}
}

func TestVariableText(t *testing.T) {
	for value, want := range map[string]string{
		`flowvar:a,"b|43|"`: `flowvar:a,"bC";`,
		`pktvar: a , b`:     `pktvar:a,"b";`,
	} {
		r, problems := loaded(`alert ip any any -> any any (` + value + `; sid:1;)`)
		if r == nil || r.Tests[0].String() != want {
			t.Errorf("%s: %v, %v, want %s", value, r, problems, want)
		}
	}
	for _, value := range []string{"flowvar:a", `flowvar:,"b"`, `flowvar:a,""`, `pktvar:a,"|4"`, "rpc:*", "rpc:1,2,3,4", "rpc:x"} {
		if r, _ := loaded(`alert ip any any -> any any (` + value + `; sid:1;)`); r != nil {
			t.Errorf("%s: no error", value)
		}
	}
}
