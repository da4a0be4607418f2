// Package hub tells those who listen what happens, as it happens.
//
// Its words: who listens does so to a key, and what is told is told to keys. Who is
// too slow misses some, and hears with the next how many.
//
// It refuses to keep anything for those who come later, and to let the one who tells
// wait.
package hub

import "sync"

// backlog is how much a listener may be behind.
const backlog = 256

// Hub tells things to those who listen. The zero Hub is ready.
type Hub[K comparable, T any] struct {
	mu        sync.Mutex // guards all below
	listeners map[K]map[*listener[T]]bool
	closed    bool
}

// Told is a thing that was told, and how many before it were missed.
type Told[T any] struct {
	It     T
	Missed int
}

type listener[T any] struct {
	told   chan Told[T]
	missed int // guarded by the hub's mu
}

// Listen hears what is told to a key until stop is called, or until the hub is closed,
// which closes the channel.
func (h *Hub[K, T]) Listen(key K) (told <-chan Told[T], stop func()) {
	l := &listener[T]{told: make(chan Told[T], backlog)}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		close(l.told)
		return l.told, func() {}
	}
	if h.listeners == nil {
		h.listeners = map[K]map[*listener[T]]bool{}
	}
	if h.listeners[key] == nil {
		h.listeners[key] = map[*listener[T]]bool{}
	}
	h.listeners[key][l] = true
	return l.told, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if delete(h.listeners[key], l); len(h.listeners[key]) == 0 {
			delete(h.listeners, key)
		}
	}
}

// Tell tells a thing to those who listen to any of the keys.
func (h *Hub[K, T]) Tell(it T, keys ...K) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, key := range keys {
		for l := range h.listeners[key] {
			select {
			case l.told <- Told[T]{it, l.missed}:
				l.missed = 0
			default:
				l.missed++
			}
		}
	}
}

// Heard says whether anyone listens to one of the keys; without a key, to any.
func (h *Hub[K, T]) Heard(keys ...K) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, key := range keys {
		if len(h.listeners[key]) > 0 {
			return true
		}
	}
	return len(keys) == 0 && len(h.listeners) > 0
}

// Close ends all listening, also of those who come later.
func (h *Hub[K, T]) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, of := range h.listeners {
		for l := range of {
			close(l.told)
		}
	}
	clear(h.listeners)
}
