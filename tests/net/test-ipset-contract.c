/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel-contract.h"

int main(void)
{
	return kernel_contract_run("ipset-contract", kban_backend_ipset_new);
}
