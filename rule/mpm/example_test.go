package mpm_test

import (
	"fmt"

	"github.com/reknit/reknit/rule/mpm"
)

func Example() {
	set, err := mpm.Compile([]mpm.Pattern{
		{Text: []byte("/etc/passwd"), ID: 1},
		{Text: []byte("user-agent: sqlmap"), NoCase: true, ID: 2},
		{Text: []byte("GET "), Depth: 4, ID: 3},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var state mpm.State     // one for each direction of a stream
	var scratch mpm.Scratch // one for each worker
	for _, segment := range []string{"GET /../etc/pas", "swd HTTP/1.1\r\nUser-Agent: ", "sqlmap/1.7\r\n\r\n"} {
		fmt.Println(state.Offset(), set.Scan(&state, []byte(segment), &scratch))
	}
	// Output:
	// 0 [3]
	// 15 [1]
	// 41 [2]
}

func ExampleSet_Each() {
	set, err := mpm.Compile([]mpm.Pattern{{Text: []byte("he"), ID: 1}, {Text: []byte("she"), ID: 2}, {Text: []byte("hers"), ID: 3}})
	if err != nil {
		fmt.Println(err)
		return
	}
	set.Each(nil, []byte("ushers"), func(id uint32, end int64) { fmt.Println(id, end) })
	// Unordered output:
	// 1 4
	// 2 4
	// 3 6
}
