package story

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"prentice"
)

// customers are whom the shop is for.
type customers struct{ checkout, orders string }

// receipt is what a customer gets.
type receipt struct {
	Payment int64 `json:"payment"`
	Order   int64 `json:"order"`
}

var browser = &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

// buy buys one thing. sorry is what the shop says when it cannot sell.
func (c customers) buy(ctx context.Context, thing string) (got receipt, sorry string, err error) {
	status, body, err := talk(ctx, http.MethodPost, c.checkout+"/checkout", fmt.Sprintf("%q", thing))
	if err != nil || status != http.StatusCreated {
		return got, fmt.Sprintf("%d %s", status, strings.TrimSpace(string(body))), err
	}
	return got, "", json.Unmarshal(body, &got)
}

// count is how many orders the shop has on its disk.
func (c customers) count(ctx context.Context) (int64, error) {
	_, body, err := talk(ctx, http.MethodGet, c.orders+"/", "")
	if err != nil {
		return 0, err
	}
	var is struct {
		Orders int64 `json:"orders"`
	}
	return is.Orders, json.Unmarshal(body, &is)
}

func talk(ctx context.Context, method, url, body string) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	res, err := browser.Do(req)
	if ctx.Err() != nil { // someone has seen enough: that the shop does not answer would not be true
		return 0, nil, ctx.Err()
	}
	if err != nil {
		return 0, nil, prentice.Errorf(prentice.Unavailable, "the shop does not answer: %w", err).Try("look whether something else has taken its port")
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	return res.StatusCode, text, err
}
