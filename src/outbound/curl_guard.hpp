#pragma once
// What every request of curl's to the outside has in common: where it may go, and what it never
// does.

#include <curl/curl.h>

#include <memory>

namespace reelshare::outbound {

struct FreeCurl {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using CurlHandle = std::unique_ptr<CURL, FreeCurl>;
using CurlList = std::unique_ptr<curl_slist, FreeCurl>;

/// Judges the address that is connected to, after the name was looked up.
struct CurlGuard {
    bool allow_private = false;
    bool refused = false;  ///< An address was not public.
};

/// http and https only, no redirects, no proxy of the environment, and the guard, which outlives
/// the request.
void guard_request(CURL* handle, CurlGuard& guard);

}  // namespace reelshare::outbound
