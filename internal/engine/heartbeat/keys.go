package heartbeat

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/pattern"
)

// anew is how often the keys are read again when one is not known: another process may have
// made it. In between an unknown key costs a hash and nothing else.
const anew = time.Second

// perMinute is how often a job may be heard, and burst how often at once.
const (
	perMinute = 60
	burst     = 30
)

// bucket is what a job has left.
type bucket struct {
	left float64
	at   time.Time
}

// allow says whether a job may be heard once more.
func (k *Keeper) allow(job string) bool {
	now := k.Clock()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.rates == nil || len(k.rates) > 2*mostJobs {
		k.rates = map[string]*bucket{}
	}
	b := k.rates[job]
	if b == nil {
		b = &bucket{burst, now}
		k.rates[job] = b
	}
	if passed := now.Sub(b.at); passed > 0 {
		b.left = min(burst, b.left+passed.Minutes()*perMinute)
	}
	b.at = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}

// whose is the job of a key; "" is that the key is the team's.
func (k *Keeper) whose(ctx context.Context, key string) (string, error) {
	if key == "" || len(key) > 200 {
		return "", notHere()
	}
	hash := hashOf(key)
	k.mu.Lock()
	defer k.mu.Unlock()
	job, known := k.keys[hash]
	if now := time.Now(); !known && now.Sub(k.read) >= anew {
		k.read = now
		if err := k.readKeys(ctx); err != nil {
			return "", err
		}
		job, known = k.keys[hash]
	}
	if !known {
		return "", notHere()
	}
	return job, nil
}

func (k *Keeper) readKeys(ctx context.Context) error {
	rows, err := k.DB.Query(ctx, `SELECT hash, job FROM heartbeat_keys`)
	list, err := db.List(rows, err, func(scan func(...any) error, one *[2]string) error { return scan(&one[0], &one[1]) }, nil)
	if err != nil {
		return fmt.Errorf("read the keys of jobs: %w", err)
	}
	k.keys = map[string]string{}
	for _, one := range list {
		k.keys[one[0]] = one[1]
	}
	return nil
}

// forgetKeys has the keys read again.
func (k *Keeper) forgetKeys() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.read, k.keys = time.Time{}, nil
}

// hashOf is what is kept of a key. Those of healthchecks are the same in any case.
func hashOf(key string) string {
	if isUUID.MatchString(key) {
		key = strings.ToLower(key)
	}
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

var (
	isUUID = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)
	isKey  = pattern.Of(`^[A-Za-z0-9_-]{20,100}$`)
)

// NewKey is a key of a job: a UUID, as the addresses of healthchecks have it.
func NewKey() string {
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // it never fails
	raw[6], raw[8] = raw[6]&0x0f|0x40, raw[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", raw[:4], raw[4:6], raw[6:8], raw[8:10], raw[10:])
}

// newTeamKey is a key of the team: 22 letters and digits, as long as the ping keys of
// healthchecks, and without what the DSN of some programs cannot have.
func newTeamKey() string { return strings.ToLower(rand.Text())[:22] }

// putKey keeps a key in the place of those that a job has, or the team.
func putKey(tx *db.Tx, key, job string, by prentice.Ref, now time.Time) error {
	if !isKey.MatchString(key) {
		return invalid("use the key that the job has now: a UUID, or 20 to 100 letters, digits, - and _", "the key has another shape than keys have")
	}
	if _, err := tx.Exec(`DELETE FROM heartbeat_keys WHERE job = ?`, job); err != nil {
		return err
	}
	n, err := tx.Exec(`INSERT INTO heartbeat_keys (hash, job, made, by) VALUES (?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING`, hashOf(key), job, db.Micros(now), string(by))
	if err == nil && n == 0 {
		return prentice.Errorf(prentice.Conflict, "another job has this key").Try("leave it out, and one is made")
	}
	return err
}
