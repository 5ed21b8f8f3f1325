# One toolchain for build, tidy, format, sanitizers and fuzzing. Debian 12's GCC 12.2 miscompiles
# coroutines without a warning, so anything but clang is refused rather than built wrong.
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "ReelShare builds with clang 19: use the presets (cmake --preset release).")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(REELSHARE_SANITIZE "" CACHE STRING "Sanitizers to build with, e.g. address,undefined")

add_link_options(-fuse-ld=lld)
if(REELSHARE_SANITIZE)
    add_compile_options(-fsanitize=${REELSHARE_SANITIZE} -fno-omit-frame-pointer
                        -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${REELSHARE_SANITIZE})
else()
    add_compile_options(-D_FORTIFY_SOURCE=2 -fstack-protector-strong)
    add_link_options(-Wl,-z,relro,-z,now -pie)
endif()

# reelshare_precompiled(NAME LINKS ... HEADERS ...): headers parsed once for all targets whose code is made alike.
# ccache keeps files that use them only with CCACHE_SLOPPINESS=pch_defines,time_macros (script/build sets it) and if
# the parsed headers are the same bytes each time.
option(REELSHARE_PRECOMPILE "Parse the heavy headers once per build" ON)
function(reelshare_precompiled name)
    cmake_parse_arguments(ARG "" "" "LINKS;HEADERS;OPTIONS" ${ARGN})
    if(NOT REELSHARE_PRECOMPILE)
        return()
    endif()
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp "")
    add_library(${name} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
    target_link_libraries(${name} PRIVATE ${ARG_LINKS} reelshare_warnings)
    target_compile_options(${name} PRIVATE ${ARG_OPTIONS})
    target_precompile_headers(${name} PRIVATE ${ARG_HEADERS})
endfunction()
function(reelshare_use_precompiled target name)
    if(REELSHARE_PRECOMPILE)
        target_precompile_headers(${target} REUSE_FROM ${name})
    endif()
endfunction()

# reelshare_library(NAME SOURCES ... LINKS ...): a folder of src/ as a static library, with our
# warnings as errors.
add_library(reelshare_warnings INTERFACE)
target_compile_options(reelshare_warnings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Werror)
add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")

function(reelshare_library name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
    add_library(${name} STATIC ${ARG_SOURCES})
    target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(${name} PUBLIC ${ARG_LINKS} PRIVATE reelshare_warnings ${ARG_PRIVATE_LINKS})
    reelshare_use_precompiled(${name} reelshare_precompiled_code)
endfunction()

# reelshare_test(NAME SOURCES ... LINKS ...): one GoogleTest program, registered with ctest.
function(reelshare_test name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/unit)
    target_link_libraries(${name} PRIVATE ${ARG_LINKS} reelshare_warnings GTest::gmock GTest::gtest_main)
    reelshare_use_precompiled(${name} reelshare_precompiled_tests)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT 300)
endfunction()
