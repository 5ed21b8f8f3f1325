// Beast's non-template parts, compiled once.
#include <boost/beast/src.hpp>
