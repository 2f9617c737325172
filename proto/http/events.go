package http

import (
	"strings"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// The anomalies. Those from tooManyTransactions on are not Suricata's: it ends the parsing when there are too many
// transactions, and takes no notice of the others, by which messages are smuggled past those who read them otherwise
// (RFC 9112, section 11.2). Those of decompressed LZMA, which browsers do not know, and of conditions inside a parser are
// known to rules and not raised.
const (
	unknownError app.EventID = iota
	gzipDecompressionFailed
	requestFieldMissingColon
	responseFieldMissingColon
	invalidRequestChunkLen
	invalidResponseChunkLen
	invalidTransferEncodingInRequest
	invalidTransferEncodingInResponse
	invalidContentLengthInRequest
	invalidContentLengthInResponse
	duplicateContentLengthInRequest
	duplicateContentLengthInResponse
	continueAlreadySeen
	unableToMatchResponse
	invalidServerPortInRequest
	invalidAuthorityPort
	requestHeaderInvalid
	responseHeaderInvalid
	missingHostHeader
	hostHeaderAmbiguous
	requestFolding
	responseFolding
	requestFieldTooLong
	responseFieldTooLong
	requestLineInvalid
	requestBodyUnexpected
	responseBodyUnexpected
	requestServerPortTCPPortMismatch
	requestURIHostInvalid
	requestHeaderHostInvalid
	requestAuthUnrecognized
	requestHeaderRepetition
	responseHeaderRepetition
	doubleEncodedURI
	uriDelimNonCompliant
	methodDelimNonCompliant
	requestLineLeadingWhitespace
	tooManyEncodingLayers
	requestTooManyLZMALayers
	responseTooManyLZMALayers
	abnormalCEHeader
	responseMultipartByteranges
	responseAbnormalTransferEncoding
	responseChunkedOldProto
	responseInvalidProtocol
	responseInvalidStatus
	requestLineIncomplete
	protocolContainsExtraData
	contentLengthExtraDataStart
	contentLengthExtraDataEnd
	switchingProtoWithContentLength
	deformedEOL
	parserStateError
	missingOutboundTransactionData
	missingInboundTransactionData
	zeroLengthDataChunks
	requestLineUnknownMethod
	requestLineUnknownMethodNoProtocol
	requestLineUnknownMethodInvalidProtocol
	requestLineMissingProtocol
	responseLineInvalidProtocol
	responseLineInvalidResponseStatus
	responseBodyInternalError
	requestBodyDataCallbackError
	responseInvalidEmptyName
	requestInvalidEmptyName
	responseInvalidLWSAfterName
	responseHeaderNameNotToken
	requestInvalidLWSAfterName
	lzmaDecompressionDisabled
	connectionAlreadyOpen
	compressionBombDoubleLZMA
	invalidContentEncoding
	invalidGap
	requestChunkExtension
	responseChunkExtension
	lzmaMemlimitReached
	compressionBomb
	compressionBombLimitReached
	requestTooManyHeaders
	responseTooManyHeaders
	multipartGenericError
	multipartNoFiledata
	multipartInvalidHeader
	tooManyWarnings
	rangeInvalid
	fileNameTooLong
	failedProtocolChange
	tooManyTransactions
	requestLengthAndEncoding
	responseLengthAndEncoding
	requestBareLF
	responseBareLF
)

// events are their names.
var events = func() []app.EventInfo {
	list := make([]app.EventInfo, 0, len(eventNames))
	for _, name := range eventNames {
		list = append(list, app.EventInfo{Name: name, EVE: strings.ToUpper(name)})
	}
	return list
}()

var eventNames = [...]string{
	unknownError:                            "unknown_error",
	gzipDecompressionFailed:                 "gzip_decompression_failed",
	requestFieldMissingColon:                "request_field_missing_colon",
	responseFieldMissingColon:               "response_field_missing_colon",
	invalidRequestChunkLen:                  "invalid_request_chunk_len",
	invalidResponseChunkLen:                 "invalid_response_chunk_len",
	invalidTransferEncodingInRequest:        "invalid_transfer_encoding_value_in_request",
	invalidTransferEncodingInResponse:       "invalid_transfer_encoding_value_in_response",
	invalidContentLengthInRequest:           "invalid_content_length_field_in_request",
	invalidContentLengthInResponse:          "invalid_content_length_field_in_response",
	duplicateContentLengthInRequest:         "duplicate_content_length_field_in_request",
	duplicateContentLengthInResponse:        "duplicate_content_length_field_in_response",
	continueAlreadySeen:                     "100_continue_already_seen",
	unableToMatchResponse:                   "unable_to_match_response_to_request",
	invalidServerPortInRequest:              "invalid_server_port_in_request",
	invalidAuthorityPort:                    "invalid_authority_port",
	requestHeaderInvalid:                    "request_header_invalid",
	responseHeaderInvalid:                   "response_header_invalid",
	missingHostHeader:                       "missing_host_header",
	hostHeaderAmbiguous:                     "host_header_ambiguous",
	requestFolding:                          "invalid_request_field_folding",
	responseFolding:                         "invalid_response_field_folding",
	requestFieldTooLong:                     "request_field_too_long",
	responseFieldTooLong:                    "response_field_too_long",
	requestLineInvalid:                      "request_line_invalid",
	requestBodyUnexpected:                   "request_body_unexpected",
	responseBodyUnexpected:                  "response_body_unexpected",
	requestServerPortTCPPortMismatch:        "request_server_port_tcp_port_mismatch",
	requestURIHostInvalid:                   "request_uri_host_invalid",
	requestHeaderHostInvalid:                "request_header_host_invalid",
	requestAuthUnrecognized:                 "request_auth_unrecognized",
	requestHeaderRepetition:                 "request_header_repetition",
	responseHeaderRepetition:                "response_header_repetition",
	doubleEncodedURI:                        "double_encoded_uri",
	uriDelimNonCompliant:                    "uri_delim_non_compliant",
	methodDelimNonCompliant:                 "method_delim_non_compliant",
	requestLineLeadingWhitespace:            "request_line_leading_whitespace",
	tooManyEncodingLayers:                   "too_many_encoding_layers",
	requestTooManyLZMALayers:                "request_too_many_lzma_layers",
	responseTooManyLZMALayers:               "response_too_many_lzma_layers",
	abnormalCEHeader:                        "abnormal_ce_header",
	responseMultipartByteranges:             "response_multipart_byteranges",
	responseAbnormalTransferEncoding:        "response_abnormal_transfer_encoding",
	responseChunkedOldProto:                 "response_chunked_old_proto",
	responseInvalidProtocol:                 "response_invalid_protocol",
	responseInvalidStatus:                   "response_invalid_status",
	requestLineIncomplete:                   "request_line_incomplete",
	protocolContainsExtraData:               "protocol_contains_extra_data",
	contentLengthExtraDataStart:             "content_length_extra_data_start",
	contentLengthExtraDataEnd:               "content_length_extra_data_end",
	switchingProtoWithContentLength:         "switching_proto_with_content_length",
	deformedEOL:                             "deformed_eol",
	parserStateError:                        "parser_state_error",
	missingOutboundTransactionData:          "missing_outbound_transaction_data",
	missingInboundTransactionData:           "missing_inbound_transaction_data",
	zeroLengthDataChunks:                    "zero_length_data_chunks",
	requestLineUnknownMethod:                "request_line_unknown_method",
	requestLineUnknownMethodNoProtocol:      "request_line_unknown_method_no_protocol",
	requestLineUnknownMethodInvalidProtocol: "request_line_unknown_method_invalid_protocol",
	requestLineMissingProtocol:              "request_line_missing_protocol",
	responseLineInvalidProtocol:             "response_line_invalid_protocol",
	responseLineInvalidResponseStatus:       "response_line_invalid_response_status",
	responseBodyInternalError:               "response_body_internal_error",
	requestBodyDataCallbackError:            "request_body_data_callback_error",
	responseInvalidEmptyName:                "response_invalid_empty_name",
	requestInvalidEmptyName:                 "request_invalid_empty_name",
	responseInvalidLWSAfterName:             "response_invalid_lws_after_name",
	responseHeaderNameNotToken:              "response_header_name_not_token",
	requestInvalidLWSAfterName:              "request_invalid_lws_after_name",
	lzmaDecompressionDisabled:               "lzma_decompression_disabled",
	connectionAlreadyOpen:                   "connection_already_open",
	compressionBombDoubleLZMA:               "compression_bomb_double_lzma",
	invalidContentEncoding:                  "invalid_content_encoding",
	invalidGap:                              "invalid_gap",
	requestChunkExtension:                   "request_chunk_extension",
	responseChunkExtension:                  "response_chunk_extension",
	lzmaMemlimitReached:                     "lzma_memlimit_reached",
	compressionBomb:                         "compression_bomb",
	compressionBombLimitReached:             "compression_bomb_limit_reached",
	requestTooManyHeaders:                   "request_too_many_headers",
	responseTooManyHeaders:                  "response_too_many_headers",
	multipartGenericError:                   "multipart_generic_error",
	multipartNoFiledata:                     "multipart_no_filedata",
	multipartInvalidHeader:                  "multipart_invalid_header",
	tooManyWarnings:                         "too_many_warnings",
	rangeInvalid:                            "range_invalid",
	fileNameTooLong:                         "file_name_too_long",
	failedProtocolChange:                    "failed_protocol_change",
	tooManyTransactions:                     "too_many_transactions",
	requestLengthAndEncoding:                "request_content_length_and_transfer_encoding",
	responseLengthAndEncoding:               "response_content_length_and_transfer_encoding",
	requestBareLF:                           "request_bare_lf",
	responseBareLF:                          "response_bare_lf",
}

// maxEvents is the number of events logged of one exchange.
const maxEvents = 64

// raise notes an oddity of x, once, or of the connection when x is nil.
func (s *Session) raise(e app.EventID, x *Exchange) {
	switch {
	case x == nil:
		s.conn.Raise(e, nil)
	case x.ghost || x.events >= maxEvents || x.raised[e/64]&(1<<(e%64)) != 0:
	default:
		x.events++
		x.raised[e/64] |= 1 << (e % 64)
		s.conn.Raise(e, x)
	}
}

// oddEvents are the events of the oddities of fields, for each direction.
var oddEvents = [...]struct {
	oddity oddities
	event  [2]app.EventID
}{
	{noColon, [2]app.EventID{requestFieldMissingColon, responseFieldMissingColon}},
	{emptyName, [2]app.EventID{requestInvalidEmptyName, responseInvalidEmptyName}},
	{blankBehindName, [2]app.EventID{requestInvalidLWSAfterName, responseInvalidLWSAfterName}},
	{badName, [2]app.EventID{requestHeaderInvalid, responseHeaderNameNotToken}},
	{badValue, [2]app.EventID{requestHeaderInvalid, responseHeaderInvalid}},
	{foldsOddly, [2]app.EventID{requestFolding, responseFolding}},
	{repeated, [2]app.EventID{requestHeaderRepetition, responseHeaderRepetition}},
	{tooMany, [2]app.EventID{requestTooManyHeaders, responseTooManyHeaders}},
}

// raiseFields tells what is odd about the fields of a head.
func (s *Session) raiseFields(d stream.Dir, x *Exchange, b *builder) {
	if b.bareLF {
		s.raise(pick(d, requestBareLF, responseBareLF), x)
	}
	if b.oddity == 0 {
		return
	}
	for _, o := range oddEvents {
		if b.oddity&o.oddity != 0 {
			s.raise(o.event[d], x)
		}
	}
}
