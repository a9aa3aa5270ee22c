/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * A KCS interface at 0xca2 whose interrupt is the general purpose event 5, see gpe.c.
 */
DefinitionBlock ("", "SSDT", 1, "TEST", "IPMIGPE", 1)
{
    Scope (\_SB)
    {
        Device (GPEI)
        {
            Name (_HID, "IPI0001")
            Name (_UID, 7)
            Name (_IFT, 1)
            Name (_SRV, 0x0200)
            Name (_GPE, 5)
            Name (_CRS, ResourceTemplate () {
                IO (Decode16, 0x0ca2, 0x0ca2, 0, 1)
                IO (Decode16, 0x0ca3, 0x0ca3, 0, 1)
            })
        }
    }
}
