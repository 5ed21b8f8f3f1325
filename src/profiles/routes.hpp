#pragma once
// The profile rows of the contract over HTTP: /user/me, /user/:id, pictures of people.

#include "accounts/accounts.hpp"
#include "delivery/open_files.hpp"
#include "delivery/part_cache.hpp"
#include "http/router.hpp"
#include "objects/store.hpp"
#include "profiles/avatar_maker.hpp"
#include "profiles/profiles.hpp"
#include "videos/videos.hpp"

namespace reelshare::profiles {

/// What the handlers work with; what it refers to outlives the server.
struct ProfileParts {
    Profiles& profiles;
    accounts::Accounts& accounts;
    videos::Videos& videos;
    objects::Store& store;
    delivery::OpenFiles& files;
    delivery::PartCache& parts;
    AvatarMaker& avatars;
};

void add_profile_routes(http::Router& router, ProfileParts parts);

}  // namespace reelshare::profiles
