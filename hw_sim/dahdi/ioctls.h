/* The few ioctls of DAHDI's user-space interface that the preload library itself must know; the office knows the rest. */
#ifndef LOOPSTART_IOCTLS_H
#define LOOPSTART_IOCTLS_H

#define IO_FLUSH 0x4004da03u
#define IO_SYNC 0x0000da04u
#define IO_HOOK 0x4004da07u
#define IO_GETEVENT 0x8004da08u
#define IO_IOMUX 0xc004da09u
#define IO_LOADZONE 0x4070da19u
#define IO_ECHOCANCEL_PARAMS 0x4008da21u
#define IO_TIMERACK 0x4004da30u
#define IO_TIMERPONG 0x0000da35u
#define IO_INDIRECT 0xc010da38u

#define HOOK_START 4
#define HOOK_RING 5

#define MUX_READ 1
#define MUX_WRITE 2
#define MUX_WRITEEMPTY 4
#define MUX_SIGEVENT 8
#define MUX_NOWAIT 256
#endif
