// Package web is the face for people with a browser: reading pages, forms and
// live streams, all drawn from operations and all passing the same door.
//
// A page is a template over the output of one operation, and may draw parts of
// itself from further ones that the reader may see. A form posts the input of one
// operation to /do/{op}. A stream shows the items of one watch operation
// at /live/{op}. Whatever can be read or agreed to works without script; script
// only makes it quicker.
//
// The face holds no rules of the trade and reads no store. It refuses a request
// for a host that it does not serve (which is how a web site reaches programs on
// loopback), a form that did not come from its own pages, a way back that leads
// to another site, and a query key that no one knows.
package web
