// Package receiver judges reknit by real receivers: the Linux kernel in a network namespace, and gVisor's network stack
// in process. A scripted client plays a random schedule of segments against a listener, the listener's application reads,
// and reknit is given what a capture next to the listener would hold, the receiver's own segments included. What its
// cursor delivers in IDS mode must be what the application read.
//
//	draw ──▶ Schedule ──▶ player ──▶ host: kernel or netstack ──▶ what the application read ──┐
//	                        │  ▲                │                                              ├─▶ equal?
//	                        │  └── its answers ◀┘                                              │
//	                        └────▶ frames ──▶ reknit ──▶ what the cursor delivered ────────────┘
//
// A Schedule is a list of steps and depends on its family and its seed alone; positions in it are relative to numbers
// that only show while it is played, such as the right edge of the receiver's window. README.md says how to play, replay
// and shrink schedules; docs/receivers.md of the main module has the figures.
package receiver
