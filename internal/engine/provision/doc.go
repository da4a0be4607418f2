// Package provision is what a team says of its capacity: which hosts are looked at, and what
// ends on a day that is known.
//
// Its words: an end is something that ends by itself on a day: a licence, a domain, a contract,
// a certificate that no probe sees. Notice is how long before that day somebody must act.
//
// It refuses to act: it is a file that is read, and days that are counted.
package provision
