#ifndef LOOPSTART_NEXT_H
#define LOOPSTART_NEXT_H

#include <dlfcn.h>

/* The next definition of a function, looked up at its first call: others' constructors may run before ours. */
#define NEXT(name)                                                                                                     \
	({                                                                                                             \
		static __typeof__(&name) next_;                                                                        \
		if (!next_)                                                                                            \
			next_ = (__typeof__(&name))dlsym(RTLD_NEXT, #name);                                            \
		next_;                                                                                                 \
	})
#endif
