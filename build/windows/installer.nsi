# The installer for Windows: the window and the command line, for one user, without an administrator's rights.
#
#   makensis -NOCD -DVERSION=1.2.3 -DNUMBERS=1.2.3.0 -DFILES=FOLDER -DOUT=FILE build/windows/installer.nsi
#
# FOLDER has what is installed. /S installs and removes without a question; /D=FOLDER, the last argument, installs elsewhere.
# The exit status is 0 if all went well, 2 if a program that is to be replaced or removed runs, 3 before Windows 10. The
# uninstaller goes on in a copy of itself, and ends with 0 meanwhile, unless _?=FOLDER, the last argument, names its folder.

Unicode true
Target amd64-unicode
RequestExecutionLevel user
ManifestDPIAware true
ManifestSupportedOS Win10
SetCompressor /SOLID lzma

!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh
!include WinVer.nsh
!include WordFunc.nsh

!define PROGRAM "linefeed-desktop.exe"
!define CLASS "Linefeed.Table" # what a CSV file is to the system once it is opened with Linefeed
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\Linefeed"
!define WEBVIEW "Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}"

Name "Linefeed"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\Linefeed"
InstallDirRegKey HKCU "${UNINSTALL}" "InstallLocation"
BrandingText "Linefeed ${VERSION}"

VIProductVersion "${NUMBERS}"
VIAddVersionKey "CompanyName" "Linefeed contributors"
VIAddVersionKey "FileDescription" "Linefeed Setup"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "LegalCopyright" "© 2026 Linefeed contributors, MIT licence"
VIAddVersionKey "ProductName" "Linefeed"
VIAddVersionKey "ProductVersion" "${VERSION}"

!define MUI_ICON "build/windows/icon.ico"
!define MUI_UNICON "build/windows/icon.ico"
!define MUI_ABORTWARNING
!define MUI_COMPONENTSPAGE_NODESC
!define MUI_FINISHPAGE_RUN "$INSTDIR\${PROGRAM}"
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

!ifdef SIGN
	!uninstfinalize 'scripts/sign-windows "%1"' = 0
!endif

# notRunning FILE waits until nothing runs from FILE: Windows lets nobody write to a program that runs.
!macro notRunning FILE
	${Do}
		${IfNot} ${FileExists} "${FILE}"
			${ExitDo}
		${EndIf}
		ClearErrors
		FileOpen $0 "${FILE}" a
		${IfNot} ${Errors}
			FileClose $0
			${ExitDo}
		${EndIf}
		${If} ${Silent}
			SetErrorLevel 2
			Quit
		${EndIf}
		MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "Linefeed is running (${FILE}). Close it, and then try again." IDRETRY +3
		SetErrorLevel 2
		Quit
	${Loop}
!macroend

Function .onInit
	${IfNot} ${AtLeastWin10}
		MessageBox MB_OK|MB_ICONSTOP "Linefeed needs Windows 10 or newer." /SD IDOK
		SetErrorLevel 3
		Quit
	${EndIf}
FunctionEnd

Section "Linefeed"
	SectionIn RO
	!insertmacro notRunning "$INSTDIR\${PROGRAM}"
	!insertmacro notRunning "$INSTDIR\linefeed.exe"
	# One that is installed elsewhere is replaced, too: the Path would go on finding it.
	ReadRegStr $3 HKCU "${UNINSTALL}" "InstallLocation"
	${If} $3 != ""
	${AndIf} $3 != $INSTDIR
	${AndIf} ${FileExists} "$3\uninstall.exe"
		ExecWait '"$3\uninstall.exe" /S _?=$3' $4
		${If} $4 != 0
			SetErrorLevel 2
			Abort "Linefeed is running ($3). Close it, and then try again."
		${EndIf}
		Delete "$3\uninstall.exe"
		RMDir "$3"
	${EndIf}

	SetOutPath "$INSTDIR"
	File "${FILES}/${PROGRAM}"
	File "${FILES}/linefeed.exe"
	File "${FILES}/LICENCES.txt"
	File "${FILES}/CHANGELOG.md"
	WriteUninstaller "$INSTDIR\uninstall.exe"
	CreateShortcut "$SMPROGRAMS\Linefeed.lnk" "$INSTDIR\${PROGRAM}"

	# "Open with" of CSV files. What opens them by itself stays as the user has it.
	WriteRegStr HKCU "Software\Classes\${CLASS}" "" "CSV table"
	WriteRegStr HKCU "Software\Classes\${CLASS}\DefaultIcon" "" "$INSTDIR\${PROGRAM},0"
	WriteRegStr HKCU "Software\Classes\${CLASS}\shell\open\command" "" '"$INSTDIR\${PROGRAM}" "%1"'
	WriteRegStr HKCU "Software\Classes\.csv\OpenWithProgids" "${CLASS}" ""
	WriteRegStr HKCU "Software\Classes\.tsv\OpenWithProgids" "${CLASS}" ""
	WriteRegStr HKCU "Software\Classes\Applications\${PROGRAM}" "FriendlyAppName" "Linefeed"
	WriteRegStr HKCU "Software\Classes\Applications\${PROGRAM}\shell\open\command" "" '"$INSTDIR\${PROGRAM}" "%1"'
	WriteRegStr HKCU "Software\Classes\Applications\${PROGRAM}\SupportedTypes" ".csv" ""
	WriteRegStr HKCU "Software\Classes\Applications\${PROGRAM}\SupportedTypes" ".tsv" ""
	WriteRegStr HKCU "Software\Linefeed\Capabilities" "ApplicationName" "Linefeed"
	WriteRegStr HKCU "Software\Linefeed\Capabilities" "ApplicationDescription" "Loads CSV files into a database while you watch"
	WriteRegStr HKCU "Software\Linefeed\Capabilities\FileAssociations" ".csv" "${CLASS}"
	WriteRegStr HKCU "Software\Linefeed\Capabilities\FileAssociations" ".tsv" "${CLASS}"
	WriteRegStr HKCU "Software\RegisteredApplications" "Linefeed" "Software\Linefeed\Capabilities"
	${RefreshShellIcons}

	# Its line in the list of installed apps.
	WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "Linefeed"
	WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
	WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\${PROGRAM},0"
	WriteRegStr HKCU "${UNINSTALL}" "Publisher" "Linefeed contributors"
	WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
	WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
	WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
	WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
	WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
	${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
	WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" $0

	# As Microsoft documents it; the window opens Microsoft's download page when it is opened without.
	ReadRegStr $0 HKLM "SOFTWARE\WOW6432Node\${WEBVIEW}" "pv"
	${If} $0 == ""
	${OrIf} $0 == "0.0.0.0"
		ReadRegStr $0 HKCU "Software\${WEBVIEW}" "pv"
	${EndIf}
	${If} $0 == ""
	${OrIf} $0 == "0.0.0.0"
		DetailPrint "Microsoft Edge WebView2 is missing, which Linefeed's window needs: https://developer.microsoft.com/microsoft-edge/webview2/"
	${EndIf}
SectionEnd

# The user's Path is written only where it was read whole: this installer reads no text longer than ${NSIS_MAX_STRLEN} characters.
Section "linefeed on the command line (Path)"
	Call readPath
	StrLen $1 "$0"
	StrLen $2 ";$INSTDIR"
	IntOp $1 $1 + $2 # one text with both would be cut off
	${If} $9 == ""
	${OrIf} $1 >= ${NSIS_MAX_STRLEN}
		DetailPrint "The Path is too long to be changed here. For linefeed on the command line, add this folder to it: $INSTDIR"
	${Else}
		${WordAdd} "$0" ";" "+$INSTDIR" $1
		${If} $0 == ""
			StrCpy $1 "$INSTDIR"
		${EndIf}
		WriteRegExpandStr HKCU "Environment" "Path" "$1"
		SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=2000
	${EndIf}
SectionEnd

Section "Uninstall"
	!insertmacro notRunning "$INSTDIR\${PROGRAM}"
	!insertmacro notRunning "$INSTDIR\linefeed.exe"

	Call un.readPath
	${If} $9 != ""
		${un.WordAdd} "$0" ";" "-$INSTDIR" $1
		${If} $1 != $0
			${If} $1 == ""
				DeleteRegValue HKCU "Environment" "Path"
			${Else}
				WriteRegExpandStr HKCU "Environment" "Path" "$1"
			${EndIf}
			SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=2000
		${EndIf}
	${EndIf}

	Delete "$SMPROGRAMS\Linefeed.lnk"
	DeleteRegKey HKCU "Software\Classes\${CLASS}"
	DeleteRegValue HKCU "Software\Classes\.csv\OpenWithProgids" "${CLASS}"
	DeleteRegValue HKCU "Software\Classes\.tsv\OpenWithProgids" "${CLASS}"
	DeleteRegKey /ifempty HKCU "Software\Classes\.csv\OpenWithProgids"
	DeleteRegKey /ifempty HKCU "Software\Classes\.tsv\OpenWithProgids"
	DeleteRegKey /ifempty HKCU "Software\Classes\.csv"
	DeleteRegKey /ifempty HKCU "Software\Classes\.tsv"
	DeleteRegKey HKCU "Software\Classes\Applications\${PROGRAM}"
	DeleteRegKey HKCU "Software\Linefeed"
	DeleteRegValue HKCU "Software\RegisteredApplications" "Linefeed"
	DeleteRegKey HKCU "${UNINSTALL}"
	${RefreshShellIcons}

	RMDir /r "$LOCALAPPDATA\${PROGRAM}" # what WebView2 keeps for the window
	Delete "$INSTDIR\${PROGRAM}"
	Delete "$INSTDIR\linefeed.exe"
	Delete "$INSTDIR\LICENCES.txt"
	Delete "$INSTDIR\CHANGELOG.md"
	Delete "$INSTDIR\uninstall.exe"
	RMDir "$INSTDIR"
	DetailPrint "What Linefeed keeps for its user, as the history of imports, stays in $LOCALAPPDATA\Linefeed."
SectionEnd

# readPath reads the user's Path into $0. $9 is "" where there is one that is too long to be read.
!macro readPath
	StrCpy $9 "read"
	ClearErrors
	ReadRegStr $0 HKCU "Environment" "Path"
	${If} ${Errors} # there is none, or it is too long
		StrCpy $1 0
		${Do}
			ClearErrors
			EnumRegValue $2 HKCU "Environment" $1 # "" for the key's own value, too
			${If} $2 == "Path" # in any case
				StrCpy $9 ""
			${EndIf}
			IntOp $1 $1 + 1
		${LoopUntil} ${Errors}
	${EndIf}
!macroend
Function readPath
	!insertmacro readPath
FunctionEnd
Function un.readPath
	!insertmacro readPath
FunctionEnd
