package identity

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/crowd"
)

// A browser in which someone has signed in keeps a device cookie
// (https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies):
// a word for one person that no one else can make. Wrong passwords that come with one
// are counted for it alone, and those of strangers for the name and where they come from:
// who knows nothing but a name closes its password for strangers where they are, and
// not for the browsers of who has it, nor for anyone elsewhere. It opens nothing by itself.

// DeviceLife is how long a browser is known after the last sign-in.
const DeviceLife = 180 * 24 * time.Hour

// longestDevice is more than any device cookie has.
const longestDevice = 300

func devicePurpose(name string) string { return "device of " + name }

// Device is a new device cookie for anyone who has a session; "" for one that is no
// person's, or can do less than the person.
func (i *Identity) Device(ctx context.Context, session string) (string, error) {
	actor, _, err := i.Identify(ctx, Credential{Session: session})
	if err != nil || actor.Kind != prentice.Person || actor.Token != 0 {
		return "", err
	}
	return i.seal(devicePurpose(actor.Name), rand.Text()+" "+strconv.FormatInt(i.clock().Unix(), 10))
}

// known is the word by which the tries of a browser are counted, if it shows that
// the person has signed in there not too long ago.
func (i *Identity) known(name, device string) (word string, known bool) {
	if device == "" || len(device) > longestDevice {
		return "", false
	}
	text, err := i.unseal(devicePurpose(name), device)
	if err != nil {
		return "", false
	}
	word, made, _ := strings.Cut(text, " ")
	at, err := strconv.ParseInt(made, 10, 64)
	age := i.clock().Sub(time.Unix(at, 0))
	return word, err == nil && word != "" && age <= DeviceLife && age > -time.Hour
}

// counted is the name under which a try is counted.
func (i *Identity) counted(what, name string, from Origin) (key string, known bool) {
	if word, known := i.known(name, from.Device); known {
		return hashOf(fmt.Sprintf("%s device %s", what, word)), true
	}
	return hashOf(what + " name " + name + " from " + crowd.Peer(from.Address)), false
}
