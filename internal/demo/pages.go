package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// maxBody is the largest order or payment that is taken.
const maxBody = 64 << 10

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

func refuse(w http.ResponseWriter, status int, format string, args ...any) {
	http.Error(w, fmt.Sprintf(format, args...), status)
}

func well(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") }

// payments takes any payment and counts them.
type payments struct{ taken atomic.Int64 }

func (p *payments) pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", well)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]any{"service": Payments, "payments": p.taken.Load()})
	})
	mux.HandleFunc("POST /payments", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusCreated, map[string]any{"payment": p.taken.Add(1)})
	})
	return mux
}

// checkout sells: it takes the payment, then the order.
type checkout struct {
	orders, payments string
	client           *http.Client
}

func newCheckout(orders, payments string) *checkout {
	return &checkout{strings.TrimSuffix(orders, "/"), strings.TrimSuffix(payments, "/"), &http.Client{
		Timeout:   time.Second,
		Transport: &http.Transport{DisableKeepAlives: true}, // what answers is what runs now
	}}
}

func (c *checkout) pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]any{"service": Checkout, "needs": []string{Orders, Payments}})
	})
	mux.HandleFunc("GET /healthz", c.healthz)
	mux.HandleFunc("POST /checkout", c.buy)
	return mux
}

// healthz is well only when both others are: a checkout that cannot sell is of
// no use, however well it is itself.
func (c *checkout) healthz(w http.ResponseWriter, r *http.Request) {
	said := make(chan error, 2)
	for name, address := range map[string]string{Orders: c.orders, Payments: c.payments} {
		go func() { said <- c.ask(r.Context(), name, http.MethodGet, address+"/healthz", nil, nil) }()
	}
	for range cap(said) {
		if err := <-said; err != nil {
			refuse(w, http.StatusServiceUnavailable, "%v", err)
			return
		}
	}
	well(w, r)
}

func (c *checkout) buy(w http.ResponseWriter, r *http.Request) {
	item, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, "an order has at most %d bytes", maxBody)
		return
	}
	var receipt struct {
		Payment int64 `json:"payment"`
		Order   int64 `json:"order"`
	}
	if err := c.ask(r.Context(), Payments, http.MethodPost, c.payments+"/payments", nil, &receipt); err != nil {
		refuse(w, http.StatusBadGateway, "%v", err)
		return
	}
	if err := c.ask(r.Context(), Orders, http.MethodPost, c.orders+"/orders", item, &receipt); err != nil {
		refuse(w, http.StatusBadGateway, "%v; payment %d is to be given back", err, receipt.Payment)
		return
	}
	answer(w, http.StatusCreated, receipt)
}

// ask asks one of the others, and names it when it does not answer well.
func (c *checkout) ask(ctx context.Context, name, method, address string, body []byte, to any) error {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(string(body)))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	got, err := c.client.Do(r)
	if err != nil {
		return fmt.Errorf("%s does not answer", name)
	}
	defer got.Body.Close()
	if got.StatusCode >= 300 {
		return fmt.Errorf("%s answers %d", name, got.StatusCode)
	}
	if to == nil {
		return nil
	}
	if err := json.NewDecoder(io.LimitReader(got.Body, maxBody)).Decode(to); err != nil {
		return fmt.Errorf("%s answers something else: %w", name, err)
	}
	return nil
}
