"""Makes a CUDA build of torch load on a machine without CUDA, for work on the CPU.

The wheel links NVIDIA's libraries, 3 GB that a test never calls. This writes one small library in the place of each: it
has the symbols that torch asks for, and every call answers 100, "no device". Usage: torch-stubs.py .../torch/lib
"""
import collections
import pathlib
import re
import subprocess
import sys

CUDA = re.compile(r"^lib(cu(blas|blasLt|dart|dnn|fft|file|pti|rand|solver|sparse|sparseLt)|nccl|nvrtc|nvshmem_host|nvJitLink|nvToolsExt)\.so")
SYMBOL = re.compile(r"^(_*cu|nccl|nvrtc|nvshmem|nvJit|nvtx|_*nv)")
# Which library a symbol without a version belongs to, by its first letters; the first that fits.
OWNERS = [
    ("cudnn", "libcudnn"), ("cublasLt", "libcublasLt"), ("cublas", "libcublas"), ("cusparseLt", "libcusparseLt"), ("cusparse", "libcusparse"),
    ("cusolver", "libcusolver"), ("cufft", "libcufft"), ("cuFile", "libcufile"), ("cupti", "libcupti"), ("nccl", "libnccl"), ("nvrtc", "libnvrtc"),
    ("nvshmem", "libnvshmem_host"), ("curand", "libcurand"), ("", "libcudart"),
]


def output_of(*argv):
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout


def read_symbols(libraries):
    """The CUDA libraries that these need, and the symbols that none of them defines, each with its versions."""
    needed, undefined, defined = set(), collections.defaultdict(set), set()
    for library in libraries:
        needed |= {name for name in re.findall(r"\(NEEDED\).*\[(.+?)\]", output_of("readelf", "-d", "-W", library)) if CUDA.match(name)}
        for line in output_of("readelf", "--dyn-syms", "-W", library).splitlines():
            fields = line.split()
            if len(fields) < 8 or not fields[0].endswith(":"):
                continue
            name, _, version = fields[7].partition("@")
            if fields[6] != "UND" or fields[4] == "WEAK":
                defined.add(name)
            else:
                undefined[name].add(version.lstrip("@"))
    return needed, {name: versions for name, versions in undefined.items() if name not in defined and SYMBOL.match(name)}


def share_out(needed, symbols):
    owned = {library: [] for library in needed}
    for name, versions in symbols.items():
        by_version = next((version for version in versions if version in owned), None)
        by_name = next((library for first, stem in OWNERS if name.lstrip("_").startswith(first) for library in owned if library.startswith(stem + ".so")), None)
        library = by_version or by_name
        if library is not None:
            owned[library].append((name, next(iter(versions - {""}), "")))
    return owned


def write_stub(folder, library, symbols):
    source, script = folder / "stub.c", folder / "stub.map"
    source.write_text("".join(f"long {name}(void){{return 100;}}\n" for name, _ in symbols) or "int stub;")
    versions = collections.defaultdict(list)
    for name, version in symbols:
        if version:
            versions[version].append(name)
    script.write_text("".join(f"{version} {{ global: {'; '.join(names)}; }};\n" for version, names in versions.items()))
    options = [f"-Wl,--version-script={script}"] if versions else []
    subprocess.run(["gcc", "-shared", "-fPIC", "-w", "-O1", f"-Wl,-soname,{library}", "-o", folder / library, source, *options], check=True)
    source.unlink()
    script.unlink()


def main():
    folder = pathlib.Path(sys.argv[1])
    libraries = sorted(path for path in folder.glob("*.so*") if path.read_bytes()[:4] == b"\x7fELF")
    for library, symbols in sorted(share_out(*read_symbols(libraries)).items()):
        write_stub(folder, library, symbols)


main()
