# Everything comes from Debian 12's packages; script/setup installs it.
find_package(Threads REQUIRED)
# FindBoost of CMake 3.25 knows Boost up to 1.80 and warns of anything newer.
set(Boost_NO_WARN_NEW_VERSIONS ON)
set(Boost_USE_STATIC_LIBS ON)
find_package(Boost 1.81 EXACT REQUIRED COMPONENTS json url)
find_package(OpenSSL REQUIRED)
find_package(spdlog REQUIRED)
find_package(prometheus-cpp REQUIRED COMPONENTS core)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(sqlite3 REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(jwt REQUIRED IMPORTED_TARGET libjwt)
pkg_check_modules(crypt REQUIRED IMPORTED_TARGET libxcrypt)
# Small ones become part of the program: each shared library costs every start about half a millisecond.
set(shared_suffixes ${CMAKE_FIND_LIBRARY_SUFFIXES})
set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
pkg_check_modules(hiredis REQUIRED IMPORTED_TARGET hiredis)
pkg_check_modules(brotlienc REQUIRED IMPORTED_TARGET libbrotlienc libbrotlicommon)
pkg_check_modules(pugixml REQUIRED IMPORTED_TARGET pugixml)
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc)
set(CMAKE_FIND_LIBRARY_SUFFIXES ${shared_suffixes})

# Asio's and Beast's non-template parts are compiled once (src/base/boost_asio.cpp,
# src/http/boost_beast.cpp). The macros must be the same everywhere: a mismatch breaks the ODR.
add_library(reelshare_boost INTERFACE)
target_link_libraries(reelshare_boost INTERFACE Boost::boost Boost::json Boost::url Threads::Threads)
target_compile_definitions(reelshare_boost INTERFACE
    BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
    BOOST_ALL_NO_LIB)
pkg_check_modules(libav REQUIRED IMPORTED_TARGET
    libavformat libavcodec libavfilter libavutil libswscale libswresample)
pkg_check_modules(seccomp REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(ebur128 REQUIRED IMPORTED_TARGET libebur128)

# Their headers only: the libraries are loaded when a setting asks for them.
pkg_check_modules(libpq REQUIRED libpq)
reelshare_late_library(libpq libpq.so.5
    PQclear PQcmdStatus PQcmdTuples PQconnectPoll PQconnectStartParams PQconnectdb PQconnectdbParams PQconninfoFree
    PQconninfoParse PQconsumeInput PQenterPipelineMode PQerrorMessage PQexec PQfinish PQflush PQfreemem PQftype
    PQgetResult PQgetisnull PQgetlength PQgetvalue PQisBusy PQnfields PQnotifies PQntuples PQping PQpipelineSync
    PQresultErrorField PQresultStatus PQsendPrepare PQsendQueryParams PQsendQueryPrepared PQsetNoticeReceiver
    PQsetnonblocking PQsocket PQsslInUse PQstatus)
target_include_directories(late_libpq SYSTEM INTERFACE ${libpq_INCLUDE_DIRS})
pkg_check_modules(curl REQUIRED libcurl)
reelshare_late_library(libcurl libcurl.so.4
    curl_easy_cleanup curl_easy_getinfo curl_easy_init curl_easy_perform curl_easy_reset curl_easy_setopt
    curl_easy_strerror curl_free curl_global_cleanup curl_global_init curl_multi_add_handle curl_multi_cleanup
    curl_multi_info_read curl_multi_init curl_multi_perform curl_multi_poll curl_multi_remove_handle
    curl_multi_setopt curl_multi_wakeup curl_slist_append curl_slist_free_all curl_url curl_url_cleanup curl_url_get
    curl_url_set)
target_include_directories(late_libcurl SYSTEM INTERFACE ${curl_INCLUDE_DIRS})
