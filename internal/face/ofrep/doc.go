// Package ofrep is the face for programs that ask for feature flags: OFREP, the remote
// evaluation protocol of OpenFeature, version 0.3
// (https://github.com/open-feature/protocol/blob/main/service/openapi.yaml), which each of
// its SDKs speaks.
//
//	POST /ofrep/v1/evaluate/flags/{key}   what one flag answers in a context
//	POST /ofrep/v1/evaluate/flags         what all of them answer; with an ETag
//
// Each passes the door as flag.evaluate or flag.evaluate-all, in the name of anyone who
// holds the token: Authorization: Bearer TOKEN, or X-API-Key: TOKEN. A flag that is
// disabled, or that chooses no variant, is answered without a value: the program uses the
// one in its code.
//
// It holds no rules. It refuses a context of more than 64 KiB, and a body that is not one
// JSON object. It has no stream of events: a client that wants to know of changes asks
// again with If-None-Match.
package ofrep
