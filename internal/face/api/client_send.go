package api

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"

	"prentice"
)

// Send implements op.Sender: the bytes go as they are read.
func (c *Client) Send(ctx context.Context, may string, content io.Reader) (string, error) {
	c.once.Do(c.setUp)
	if c.fault != nil {
		return "", c.fault
	}
	req, err := c.request(ctx, http.MethodPut, ContentPath+"?for="+url.QueryEscape(may), io.NopCloser(content))
	if err != nil {
		return "", err
	}
	res, err := c.send(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close() //nolint:errcheck // it was read
	raw, err := io.ReadAll(io.LimitReader(res.Body, MaxBody))
	if err != nil {
		return "", c.silent(ctx, err)
	}
	if res.StatusCode != http.StatusOK {
		return "", problemFrom(res, raw)
	}
	var answer sent
	if err := json.Unmarshal(raw, &answer); err != nil {
		return "", prentice.Errorf(prentice.Unavailable, "the answer to what was sent cannot be read: %w", err).Try("use the same version of prentice here and on the server")
	}
	return answer.Digest, nil
}
