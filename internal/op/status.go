package op

import (
	"net/http"

	"prentice"
)

// statuses is the one table from a kind of error to its HTTP status, for every
// face. Refused is 409 like Conflict: the world as it is does not let it happen,
// and the same request may be fine later; 403 is for the wrong person. Canceled is
// 499, which no one is left to read.
var statuses = [...]int{
	prentice.Internal:        http.StatusInternalServerError,
	prentice.Invalid:         http.StatusUnprocessableEntity,
	prentice.NotFound:        http.StatusNotFound,
	prentice.Unauthenticated: http.StatusUnauthorized,
	prentice.Denied:          http.StatusForbidden,
	prentice.Refused:         http.StatusConflict,
	prentice.Conflict:        http.StatusConflict,
	prentice.Limited:         http.StatusTooManyRequests,
	prentice.Unavailable:     http.StatusServiceUnavailable,
	prentice.Canceled:        499,
}

// Status is the HTTP status of an error of a kind.
func Status(kind prentice.Kind) int {
	if int(kind) >= len(statuses) {
		return http.StatusInternalServerError
	}
	return statuses[kind]
}

// KindOfStatus is the kind of error that an answer without a kind of its own stands
// for: something between client and server may have given it.
func KindOfStatus(status int) prentice.Kind {
	for kind, s := range statuses {
		if s == status && prentice.Kind(kind) != prentice.Refused {
			return prentice.Kind(kind)
		}
	}
	switch {
	case status == http.StatusRequestEntityTooLarge:
		return prentice.Limited
	case status == http.StatusBadGateway || status == http.StatusGatewayTimeout:
		return prentice.Unavailable
	case status >= 400 && status < 500:
		return prentice.Invalid
	}
	return prentice.Internal
}
