// Asio's non-template parts, compiled once for the whole program.
#include <boost/asio/impl/src.hpp>
