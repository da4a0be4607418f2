package api

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
)

// A port belongs to anyone who opens it first. So a client that found the address
// of its server in a data folder sends no token there until the other end has
// shown that it knows the secret which lies beside that address.

const (
	proofPath     = "/v1/proof"
	proofPatience = 5 * time.Second
	mostQuestion  = 100 // characters
)

// Proof is the answer to a question that only who knows the secret can give.
func Proof(secret, question string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("prentice server " + question))
	return hex.EncodeToString(mac.Sum(nil))
}

// proof is GET /v1/proof?question=WORD. Everyone may ask.
func (f *face) proof(w http.ResponseWriter, r *http.Request) {
	question := r.URL.Query().Get("question")
	if f.Secret == "" || question == "" || len(question) > mostQuestion {
		f.nothing(w, r)
		return
	}
	writeJSON(w, []byte(`{"proof":"`+Proof(f.Secret, question)+`"}`))
}

var errImpostor = errors.New("the program that listens there does not know the secret of the data folder")

// Proves says whether the server at an address knows the secret. An error is why
// not: it did not answer, or it is another.
func Proves(ctx context.Context, base, secret string) error {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return prentice.Errorf(prentice.Invalid, "%q is not the address of a server", clip.Text(base))
	}
	conn, err := dialProven(ctx, "tcp", u.Host, secret)
	if err != nil {
		return err
	}
	return conn.Close()
}

// dialProven is a connection whose other end has proven itself, and to which
// nothing else was said.
func dialProven(ctx context.Context, network, address, secret string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, proofPatience)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	halt := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) }) //nolint:errcheck // then it ends later
	defer halt()
	if err = askProof(conn, address, secret); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

func askProof(conn net.Conn, host, secret string) error {
	question := rand.Text()
	req, err := http.NewRequest(http.MethodGet, "http://"+host+proofPath+"?question="+question, nil)
	if err != nil {
		return err
	}
	if err := req.Write(conn); err != nil {
		return err
	}
	in := bufio.NewReader(conn)
	res, err := http.ReadResponse(in, req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, 1<<10))
	if err != nil {
		return err
	}
	if want := `{"proof":"` + Proof(secret, question) + `"}` + "\n"; !hmac.Equal(raw, []byte(want)) || in.Buffered() > 0 {
		return errImpostor
	}
	return nil
}
