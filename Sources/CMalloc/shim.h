// The C library's settings of its heap, which Swift's module of the C library leaves out.
#include <malloc.h>
