// Package probe looks at services from outside: over HTTP, TCP, TLS, DNS, ICMP and gRPC, at
// databases, at the registration of names, or with a command. It is what the watching uses, and it is the step kind probe, which
// looks once in a Check and, in a Verify, waits until the symptom has stayed gone.
//
// A look says pass, fail or unknown. Unknown means that the look itself could
// not be made (no network here, too many open files, a command that does not
// start); it says nothing about the service.
//
// Beside that it answers at all, a page can be wanted to have a status, headers, a text, or
// to fulfil conditions. Secrets stand in a probe by their name; where they are, who may have
// them is decided, and what a look says never shows one.
//
// Every look opens a connection of its own, as a new visitor would: one kept open
// goes on working when no one can connect any more. It uses no proxy that its
// probe does not name, verifies certificates, and does not follow a redirect to another
// host unless told to, because what answers there is not the service.
package probe
