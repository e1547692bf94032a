/* The part of the DAHDI user-space interface that we use, written down as facts (numbers, layouts), so that no kernel
 * header package is needed to build. tests/drivers/test_dahdi_abi.py compares it with <dahdi/user.h> where that is
 * installed. x86-64 and aarch64 Linux. Every int argument of an ioctl is passed by POINTER. */
#ifndef LOOPSTART_DAHDI_ABI_H
#define LOOPSTART_DAHDI_ABI_H

#define DAHDI_ABI_FLUSH 0x4004da03u         /* int: LS_FLUSH_* */
#define DAHDI_ABI_GET_PARAMS 0xc088da05u    /* struct dahdi_abi_params */
#define DAHDI_ABI_HOOK 0x4004da07u          /* int: 0 on hook, 1 off hook */
#define DAHDI_ABI_GETEVENT 0x8004da08u      /* int: the oldest event, 0 = none; never blocks */
#define DAHDI_ABI_GET_BUFINFO 0x8018da1bu   /* struct dahdi_abi_bufferinfo */
#define DAHDI_ABI_SET_BUFINFO 0x4018da1bu
#define DAHDI_ABI_AUDIOMODE 0x4004da20u     /* int: 1 = speech on a B channel */
#define DAHDI_ABI_SPECIFY 0x4004da26u       /* int: the channel that this descriptor is */
#define DAHDI_ABI_SETLAW 0x4004da27u        /* int: LS_LAW_* */
#define DAHDI_ABI_BUFFER_EVENTS 0x4004da69u /* int: 1 = report overruns and underruns */

#define DAHDI_ABI_FLUSH_READ 1
#define DAHDI_ABI_FLUSH_WRITE 2

#define DAHDI_ABI_ELAST 500 /* errno of read and write while an event is queued */

#define DAHDI_ABI_EVENT_REMOVED 20
#define DAHDI_ABI_EVENT_READ_OVERRUN 29
#define DAHDI_ABI_EVENT_WRITE_UNDERRUN 30

#define DAHDI_ABI_LAW_MULAW 1
#define DAHDI_ABI_LAW_ALAW 2

#define DAHDI_ABI_SIG_CLEAR 0x80

struct dahdi_abi_params {
	int channo, spanno, chanpos, sigtype, sigcap, rxisoffhook, rxbits, txbits, txhooksig, rxhooksig, curlaw, idlebits;
	char name[40];
	int prewinktime, preflashtime, winktime, flashtime, starttime, rxwinktime, rxflashtime, debouncetime;
	int pulsebreaktime, pulsemaketime, pulseaftertime;
	unsigned int chan_alarms;
};

struct dahdi_abi_bufferinfo {
	int txbufpolicy, rxbufpolicy, numbufs, bufsize, readbufs, writebufs;
};

_Static_assert(sizeof(struct dahdi_abi_params) == 136, "dahdi_params");
_Static_assert(sizeof(struct dahdi_abi_bufferinfo) == 24, "dahdi_bufferinfo");
#endif
