/* In place of the library's log, which prints: these symbols keep its own module, which is not made for a shared
 * object, out of the link. What matters is told by events. */
#include "line.h"

void openr2_log(void *chan, openr2_log_level_t level, const char *format, ...)
{
	(void)chan;
	(void)level;
	(void)format;
}

void openr2_log2(void *context, openr2_log_level_t level, const char *format, ...)
{
	(void)context;
	(void)level;
	(void)format;
}

void openr2_log_channel_default(void *chan, openr2_log_level_t level, const char *format, va_list rest)
{
	(void)chan;
	(void)level;
	(void)format;
	(void)rest;
}

void openr2_log_context_default(void *context, openr2_log_level_t level, const char *format, va_list rest)
{
	(void)context;
	(void)level;
	(void)format;
	(void)rest;
}
