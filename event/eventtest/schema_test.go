package eventtest

import (
	"strings"
	"testing"
)

const schema = `{
	"type": "object", "additionalProperties": false, "required": ["when"],
	"properties": {
		"when": {"type": "string", "pattern": "^\\d+$"},
		"n": {"type": "integer", "minimum": 1},
		"either": {"type": ["string", "number"]},
		"kind": {"enum": ["a", "b"]},
		"list": {"type": "array", "minItems": 1, "items": {"oneOf": [{"const": "x"}, {"const": "y"}]}},
		"deep": {"$ref": "#/$defs/deep"}
	},
	"$defs": {"deep": {"type": "object", "properties": {"flag": {"type": "boolean"}}}}
}`

func TestValidate(t *testing.T) {
	s, err := Parse([]byte(schema))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ record, want string }{
		{`{"when":"1"}`, ""},
		{`{"when":"1","n":1,"either":2.5,"kind":"b","list":["x","y"],"deep":{"flag":true,"more":1}}`, ""},
		{`{"n":1}`, "record: no when"},
		{`{"when":1}`, "when: 1 is not of type string"},
		{`{"when":"x"}`, "when: \"x\" does not match"},
		{`{"when":"1","n":1.5}`, "n: 1.5 is not of type integer"},
		{`{"when":"1","n":0}`, "n: 0 is less than 1"},
		{`{"when":"1","either":true}`, "either: true is not of type"},
		{`{"when":"1","kind":"c"}`, "kind: c is not one of"},
		{`{"when":"1","list":[]}`, "list: 0 items"},
		{`{"when":"1","list":["x","z"]}`, "list[1]: z fits 0"},
		{`{"when":"1","deep":{"flag":null}}`, "deep.flag: <nil> is not of type boolean"},
		{`{"when":"1","other":1}`, "record: unknown member other"},
		{`[]`, "record: [] is not of type object"},
		{`{"when":"1"} {}`, "more than one value"},
		{`{"when":"1","deep":{"a":{},"b":["a","a"],"c":[{"a":1},{"a":2}],"d":"a"}}`, ""},
		{`{"when":"1","deep":{"a":"b","b":"a","c":[{"x":1,"y":[],"x":2}]}}`, "member x occurs twice"},
		{`{`, "unexpected EOF"},
	}
	for _, tt := range tests {
		err := s.Validate([]byte(tt.record))
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("Validate(%s) = %v", tt.record, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("Validate(%s) = %v, want %s", tt.record, err, tt.want)
		}
	}
}

func TestUnknownKeyword(t *testing.T) {
	s, err := Parse([]byte(`{"anyOf": []}`))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate([]byte(`{}`)); err == nil {
		t.Error("a schema with a keyword that is not known validates everything")
	}
}
