import TesseraCommands

EntryPoint.main()
