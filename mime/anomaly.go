package mime

// Anomaly is an oddity of a message. Parsing goes on after it.
type Anomaly uint8

const (
	ParseFailed     Anomaly = iota // the structure cannot be followed any more
	MalformedMsg                   // a header line that is no field, a multipart without a boundary
	InvalidBase64                  // bits that do not make a byte, or data behind the padding
	InvalidQP                      // "=" without two upper-case hexadecimal digits
	LongLine                       // more than 998 bytes (RFC 5322, section 2.1.1)
	LongEncLine                    // a line of an encoded body with more than 76 bytes (RFC 2045, section 6.7 and 6.8)
	LongHeaderName                 // more than 75 bytes
	LongHeaderValue                // more than 2000 bytes
	LongBoundary                   // more than 254 bytes
	LongFilename                   // more than 255 bytes
	TooDeep                        // Config.MaxDepth reached: the part is not taken apart
	TooManyParts                   // Config.MaxParts reached: what follows is passed over
	TooManyHeaders                 // Config.MaxHeaders reached: further fields are not reported

	NumAnomalies = iota
)

var anomalyNames = [NumAnomalies]string{
	ParseFailed:     "mime_parse_failed",
	MalformedMsg:    "mime_malformed_msg",
	InvalidBase64:   "mime_invalid_base64",
	InvalidQP:       "mime_invalid_qp",
	LongLine:        "mime_long_line",
	LongEncLine:     "mime_long_enc_line",
	LongHeaderName:  "mime_long_header_name",
	LongHeaderValue: "mime_long_header_value",
	LongBoundary:    "mime_long_boundary",
	LongFilename:    "mime_long_filename",
	TooDeep:         "mime_too_deep",
	TooManyParts:    "mime_too_many_parts",
	TooManyHeaders:  "mime_too_many_headers",
}

// String returns the name that rules and EVE use, in lower case.
func (a Anomaly) String() string {
	if int(a) < len(anomalyNames) {
		return anomalyNames[a]
	}
	return "mime_unknown"
}
