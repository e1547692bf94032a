#!/bin/bash
# Run the tests marked `kernel` on the unmodified DAHDI kernel driver, in a small virtual machine that sees this folder.
# DAHDI_VM names the folder with make-vm.sh and run-vm.sh. Any arguments go to pytest.
set -u
cd "$(dirname "$0")/../.."
vm=${DAHDI_VM:-../shared/dahdi-vm}
if ! [ -x "$vm/run-vm.sh" ]; then
    echo "No virtual machine scripts in $vm: set DAHDI_VM to the folder that holds make-vm.sh and run-vm.sh." >&2
    exit 3
fi
built=${WORK:-${XDG_CACHE_HOME:-$HOME/.cache}/dahdi-vm}
if ! [ -s "$built/vmlinuz" ] || ! [ -s "$built/initramfs.cpio" ] || ! command -v qemu-system-x86_64 >/dev/null; then
    "$vm/make-vm.sh" || exit
fi

status=0
on() {  # on SYSTEM.CONF TEST...: one boot
    local conf=$1
    shift
    # The guest's processor is software: a busy machine may starve it, so there is a second chance, and it is said.
    for attempt in 1 2; do
        DAHDIVM_NICE=${DAHDIVM_NICE:-0} "$vm/run-vm.sh" -t 600 -s "$PWD" -c "$conf" "cd $PWD && .venv/bin/python -m pytest -m kernel $*" && return
        echo "tests/kernel: attempt $attempt on $(basename "$conf") failed" >&2
    done
    status=1
}
on tests/conformance/system.conf tests/conformance "$@"
on "$vm/system.conf" tests/kernel/test_b_channels.py "$@"
on "$vm/system-analog.conf" tests/kernel/test_analog_pairs.py tests/kernel/test_contract.py "$@"
exit $status
